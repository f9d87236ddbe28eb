//! The VRL functions that a pipeline may not call, and what to use instead.

/// Why a function is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// The function's name.
    name: &'static str,
    /// Completes a sentence that begins with the name.
    pub(super) why: &'static str,
    /// What to do instead.
    pub(super) instead: &'static str,
}

/// The entry for this function, if it is refused.
pub(super) fn reason(name: &str) -> Option<&'static Refused> {
    #[cfg(target_arch = "wasm32")]
    if super::browser::MISSING.contains(&name) {
        return Some(&IN_A_BROWSER);
    }
    REFUSED.iter().find(|refused| refused.name == name)
}

/// What a function has and a browser lacks.
#[cfg(target_arch = "wasm32")]
static IN_A_BROWSER: Refused = refused(
    "",
    "cannot be tried in a browser, and works in a function",
    "try the record with `sluice check --record`",
);

const CLOCK: &str = "reads the clock, so a replayed record would come out differently";
const YEAR: &str = "may take the year or the zone from the clock, so a replay could differ";
const CHANCE: &str = "depends on chance, so a replayed record would come out differently";
const SURROUNDINGS: &str = "reads the function's surroundings, which are not part of the record";
const NETWORK: &str = "calls the network for every record";

const USE_ARRIVAL: &str = "use %arrival, the time at which the stream accepted the record";
const USE_IDENTITY: &str = "use %sequence_number, which is unique and stays the same";
const USE_PARSE_REGEX: &str = "use parse_regex, then parse_timestamp with a full date";
const USE_LITERAL: &str = "write the value into the program";
const USE_FIELD: &str = "let the producer put it into the record";
const USE_QUARANTINE: &str = "remove it; a failing program's message is kept with the record";

/// Also lists functions that are not compiled in, so that they too get a reason.
pub(super) const REFUSED: &[Refused] = &[
    refused("now", CLOCK, USE_ARRIVAL),
    refused("uuid_v7", CLOCK, USE_IDENTITY),
    refused("parse_syslog", YEAR, USE_PARSE_REGEX),
    refused("parse_klog", YEAR, USE_PARSE_REGEX),
    refused("parse_linux_authorization", YEAR, USE_PARSE_REGEX),
    refused("parse_groks", YEAR, "use parse_grok or parse_regex"),
    refused("random_bool", CHANCE, USE_IDENTITY),
    refused("random_bytes", CHANCE, USE_IDENTITY),
    refused("random_float", CHANCE, USE_IDENTITY),
    refused("random_int", CHANCE, USE_IDENTITY),
    refused("uuid_v4", CHANCE, USE_IDENTITY),
    refused("get_env_var", SURROUNDINGS, USE_LITERAL),
    refused("get_hostname", SURROUNDINGS, USE_LITERAL),
    refused("get_timezone_name", SURROUNDINGS, USE_LITERAL),
    refused("dns_lookup", NETWORK, USE_FIELD),
    refused("reverse_dns", NETWORK, USE_FIELD),
    refused("http_request", NETWORK, USE_FIELD),
    refused("log", "would write payloads into the log", USE_QUARANTINE),
];

const fn refused(name: &'static str, why: &'static str, instead: &'static str) -> Refused {
    Refused { name, why, instead }
}
