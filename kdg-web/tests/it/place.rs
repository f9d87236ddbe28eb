//! Where requests may go.

use kdg_web::config::{endpoint, is_region};
use kdg_web::plan::Field;
use kdg_web::state::place::{Place, Services};

fn wrong(place: &Place) -> Vec<Field> {
    let errors = place.check().unwrap_err();
    errors.into_iter().map(|error| error.field).collect()
}

#[test]
fn nothing_but_the_name_of_a_region_is_one() {
    for region in ["us-east-1", "us-gov-west-1", "cn-north-1", "ap-southeast-7"] {
        assert!(is_region(region), "{region}");
    }
    let others = [
        "",
        "us-east",
        "us-east-",
        "us-1",
        "us--1",
        "us-east-12",
        "US-east-1",
        "us-east-1.evil.example",
        "localhost:19998/",
        "evil.example/-a-1",
        "us-e@st-1",
    ];
    for region in others {
        assert!(!is_region(region), "{region}");
    }
}

#[test]
fn an_endpoint_has_a_host_and_perhaps_a_port_and_nothing_else() {
    for address in [
        "http://127.0.0.1:4566",
        "https://kinesis.us-gov-west-1.amazonaws.com",
        "http://[::1]:4566",
        " http://localhost:4566/ ",
    ] {
        assert_eq!(
            endpoint(address).unwrap(),
            address.trim().trim_end_matches('/')
        );
    }
    for address in [
        "",
        "not a url",
        "127.0.0.1",
        "ftp://host",
        "http://",
        "http://:80",
        "http://host:",
        "http://host:port",
        "http://host:+80",
        "http://host:70000",
        "http://a..b",
        "http://[::1",
        "http://[x]",
        "http://user@host",
        "http://user:secret@host",
        "http://host/path",
        "http://host?query",
        "http://host#fragment",
        "javascript:alert(1)",
    ] {
        assert!(endpoint(address).is_err(), "{address}");
    }
}

#[test]
fn clearing_the_endpoint_is_a_mistake_and_not_the_way_to_aws() {
    let mut place = Place {
        region: " us-east-1 ".into(),
        services: Services::Custom,
        endpoint: "http://127.0.0.1:4566/".into(),
    };
    let checked = place.check().unwrap();
    assert_eq!(checked.region, "us-east-1");
    assert_eq!(checked.endpoint.as_deref(), Some("http://127.0.0.1:4566"));
    place.endpoint.clear();
    assert_eq!(wrong(&place), [Field::Endpoint]);
    place.region = "Ireland".into();
    assert_eq!(wrong(&place), [Field::Region, Field::Endpoint]);
    // AWS is chosen, and nothing that is left in the field of the other choice counts.
    place.services = Services::Aws;
    place.endpoint = "nowhere".into();
    assert_eq!(wrong(&place), [Field::Region]);
    place.region = "eu-west-1".into();
    assert_eq!(place.check().unwrap().endpoint, None);
}
