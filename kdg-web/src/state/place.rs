//! Where requests go: before that is right, none is signed.

use crate::config;
use crate::plan::{Field, FieldError};

/// As it is filled in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// `eu-west-1`.
    pub region: String,
    /// Whose services are asked.
    pub services: Services,
    /// Where they answer, unless they are AWS's.
    pub endpoint: String,
}

/// Whose services are asked. An empty address is never a choice: keys of one must not reach the other
/// because a field was cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Services {
    /// AWS's, in the region.
    #[default]
    Aws,
    /// Those at the endpoint.
    Custom,
}

/// Where requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedPlace {
    /// The name of a region.
    pub region: String,
    /// Without a slash at its end; AWS's own addresses when `None`.
    pub endpoint: Option<String>,
}

impl Place {
    /// What is filled in, where an empty endpoint says AWS.
    pub fn of_sign_in(region: String, endpoint: String) -> Self {
        let services = if endpoint.trim().is_empty() {
            Services::Aws
        } else {
            Services::Custom
        };
        Self {
            region,
            services,
            endpoint,
        }
    }

    /// Checks region and endpoint.
    ///
    /// # Errors
    ///
    /// What is wrong with either, and what to write instead.
    pub fn check(&self) -> Result<CheckedPlace, Vec<FieldError>> {
        let mut errors = Vec::new();
        let region = self.region.trim();
        if !config::is_region(region) {
            let message = if region.is_empty() {
                "the region is missing, write one such as eu-west-1".to_owned()
            } else {
                format!("{region:?} is no region, write one such as eu-west-1")
            };
            errors.push(FieldError {
                field: Field::Region,
                message,
            });
        }
        let endpoint = match self.services {
            Services::Aws => None,
            Services::Custom => config::endpoint(&self.endpoint).ok(),
        };
        if endpoint.is_none() && self.services == Services::Custom {
            errors.push(FieldError {
                field: Field::Endpoint,
                message: no_endpoint(self.endpoint.trim()),
            });
        }
        if errors.is_empty() {
            Ok(CheckedPlace {
                region: region.to_owned(),
                endpoint,
            })
        } else {
            Err(errors)
        }
    }
}

fn no_endpoint(text: &str) -> String {
    if text.is_empty() {
        "the endpoint is missing, write its address or choose AWS".to_owned()
    } else {
        format!(
            "the endpoint is an address such as http://127.0.0.1:4566 without user, path or query, not {text:?}"
        )
    }
}
