//! Where the page signs in and what it sends to: `config.json`, the original's URL, or a form.

use std::collections::BTreeMap;
use std::net::Ipv6Addr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What `config.json` says, or a form. Everything in it can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RawConfig {
    /// `eu-west-1`.
    pub region: String,
    /// `eu-west-1_AbCdEfGhI`; without the three of them there is no sign-in, and credentials are pasted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_pool_id: Option<String>,
    /// The user pool's client of the page.
    #[serde(skip_serializing_if = "Option::is_none", alias = "clientId")]
    pub user_pool_client_id: Option<String>,
    /// `eu-west-1:01234567-89ab-cdef-0123-456789abcdef`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_pool_id: Option<String>,
    /// Where AWS's services answer instead of where they are: the local stack, a VPC endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The stream of each pipeline, which the page offers first.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub streams: BTreeMap<String, String>,
    /// The bucket of each pipeline, which can be watched.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub buckets: BTreeMap<String, String>,
}

/// A configuration that can be worked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the streams are, unless the user picks another.
    pub region: String,
    /// Where users sign in; `None` leaves pasted credentials.
    pub pools: Option<Pools>,
    /// Where AWS's services answer instead, without a slash at the end.
    pub endpoint: Option<String>,
    /// The stream of each pipeline.
    pub streams: BTreeMap<String, String>,
    /// The bucket of each pipeline.
    pub buckets: BTreeMap<String, String>,
}

/// Where users sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pools {
    /// Of the pools, which need not be that of the streams.
    pub region: String,
    /// With its region in front.
    pub user_pool_id: String,
    /// The page's client in it.
    pub client_id: String,
    /// With its region in front.
    pub identity_pool_id: String,
}

/// What is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// It is no JSON, or of another shape.
    #[error("config.json cannot be read: {0}")]
    Unreadable(String),
    /// One of its values.
    #[error("{field} is {value:?}, {remedy}")]
    Value {
        /// As in `config.json`.
        field: &'static str,
        /// What it is.
        value: String,
        /// What it should be.
        remedy: &'static str,
    },
    /// Some of the three names that sign-in needs, without the others.
    #[error("{missing} is missing, sign-in needs it beside the other two")]
    HalfSignIn {
        /// As in `config.json`.
        missing: &'static str,
    },
}

const REGION: &str = "write one such as eu-west-1";
const USER_POOL: &str = "write one such as eu-west-1_AbCdEfGhI";
const IDENTITY_POOL: &str = "write one such as eu-west-1:01234567-89ab-cdef-0123-456789abcdef";
const CLIENT: &str = "write the id of the user pool's client, letters and digits";
const ENDPOINT: &str =
    "write an address such as https://kinesis.us-gov-west-1.amazonaws.com or http://127.0.0.1:4566";

impl RawConfig {
    /// Reads `config.json`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Unreadable`] with line and column.
    pub fn of_json(json: &str) -> Result<Self, ConfigError> {
        serde_json::from_str(json).map_err(|error| ConfigError::Unreadable(error.to_string()))
    }

    /// The original's parameters of the URL, `upid`, `ipid`, `cid` and `r`, in front of what is
    /// known otherwise.
    #[must_use]
    pub fn with_parameters<'p>(
        mut self,
        parameters: impl IntoIterator<Item = (&'p str, &'p str)>,
    ) -> Self {
        for (name, value) in parameters
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
        {
            let value = value.to_owned();
            match name {
                "upid" => self.user_pool_id = Some(value),
                "ipid" => self.identity_pool_id = Some(value),
                "cid" => self.user_pool_client_id = Some(value),
                "r" => self.region = value,
                _ => {}
            }
        }
        self
    }

    /// Checks every value.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with the name of the value and what it should be.
    pub fn validate(self) -> Result<Config, ConfigError> {
        let region = checked("region", self.region, is_region, REGION)?;
        let pools = match (
            filled(self.user_pool_id),
            filled(self.user_pool_client_id),
            filled(self.identity_pool_id),
        ) {
            (None, None, None) => None,
            (Some(user), Some(client), Some(identity)) => Some(pools(user, client, identity)?),
            (None, ..) => {
                return Err(ConfigError::HalfSignIn {
                    missing: "userPoolId",
                });
            }
            (_, None, _) => {
                return Err(ConfigError::HalfSignIn {
                    missing: "userPoolClientId",
                });
            }
            _ => {
                return Err(ConfigError::HalfSignIn {
                    missing: "identityPoolId",
                });
            }
        };
        let endpoint = filled(self.endpoint).as_deref().map(endpoint).transpose()?;
        Ok(Config {
            region,
            pools,
            endpoint,
            streams: self.streams,
            buckets: self.buckets,
        })
    }
}

/// An address without a slash at its end.
///
/// # Errors
///
/// [`ConfigError::Value`] when it is none, or has more than scheme, host and port.
pub fn endpoint(text: impl AsRef<str>) -> Result<String, ConfigError> {
    let text = text.as_ref().trim().trim_end_matches('/').to_owned();
    checked("endpoint", text, is_origin, ENDPOINT)
}

/// Whether this can be the name of a region: `[a-z]{2}(-[a-z]+)+-[0-9]`. It becomes a part of the host
/// that signed requests go to.
pub fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [area, between @ .., number] = &parts[..] else {
        return false;
    };
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
    area.len() == 2
        && is_word(area)
        && !between.is_empty()
        && between.iter().all(|word| is_word(word))
        && number.len() == 1
        && number.chars().all(|c| c.is_ascii_digit())
}

/// Whether this is scheme, host and perhaps port.
fn is_origin(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let Some(rest) = rest else { return false };
    let (is_host, port) = if let Some(inside) = rest.strip_prefix('[') {
        let Some((address, port)) = inside.split_once(']') else {
            return false;
        };
        (address.parse::<Ipv6Addr>().is_ok(), port)
    } else {
        let (name, port) = rest.split_at(rest.find(':').unwrap_or(rest.len()));
        let is_label = |label: &str| {
            !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        (name.split('.').all(is_label), port)
    };
    let is_port =
        |digits: &str| digits.chars().all(|c| c.is_ascii_digit()) && digits.parse::<u16>().is_ok();
    is_host && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

fn pools(
    user_pool_id: String,
    client_id: String,
    identity_pool_id: String,
) -> Result<Pools, ConfigError> {
    let is_user_pool = |id: &str| {
        id.split_once('_')
            .is_some_and(|(region, name)| is_region(region) && is_alphanumeric(name))
    };
    let is_identity_pool = |id: &str| {
        let is_of_uuid = |c: char| c.is_ascii_hexdigit() || c == '-';
        id.split_once(':')
            .is_some_and(|(region, uuid)| is_region(region) && uuid.chars().all(is_of_uuid))
    };
    let user_pool_id = checked("userPoolId", user_pool_id, is_user_pool, USER_POOL)?;
    Ok(Pools {
        region: user_pool_id
            .split('_')
            .next()
            .unwrap_or_default()
            .to_owned(),
        client_id: checked("userPoolClientId", client_id, is_alphanumeric, CLIENT)?,
        identity_pool_id: checked(
            "identityPoolId",
            identity_pool_id,
            is_identity_pool,
            IDENTITY_POOL,
        )?,
        user_pool_id,
    })
}

fn is_alphanumeric(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '+')
}

fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

fn checked(
    field: &'static str,
    value: String,
    is_right: impl Fn(&str) -> bool,
    remedy: &'static str,
) -> Result<String, ConfigError> {
    if is_right(&value) {
        Ok(value)
    } else {
        Err(ConfigError::Value {
            field,
            value,
            remedy,
        })
    }
}
