//! Where the streams are: from the file beside the page, its address, or the form.

use leptos::prelude::*;

use crate::config::{Config, RawConfig};
use crate::http::{Browser, Fetch, Request};
use crate::state::fit;
use crate::state::library::Library;
use crate::state::place::Services;

use super::context::Page;
use super::widget;

impl Page {
    /// Takes a configuration over: where the streams are comes from it.
    pub(crate) fn configure(self, raw: RawConfig) {
        let checked: Result<Config, _> = raw.clone().validate();
        match checked {
            Ok(config) => {
                self.region.set(config.region);
                self.services.set(if config.endpoint.is_some() {
                    Services::Custom
                } else {
                    Services::Aws
                });
                self.endpoint.set(config.endpoint.unwrap_or_default());
                let shown = self.library.with_untracked(Library::current);
                if self.form.with_untracked(|form| form.name.is_empty())
                    && let Some(stream) = fit::first_stream(&shown, &config.streams)
                {
                    self.form.update(|form| form.name = stream);
                }
                self.config_trouble.set(None);
            }
            Err(error) => self.config_trouble.set(Some(error.to_string())),
        }
        self.config.set(raw);
    }

    /// What lies beside the page, or nothing, and the original's parameters of the address.
    pub(super) async fn read_config(self) {
        let request = Request {
            method: "GET",
            url: "./config.json".into(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        let answered = Browser
            .fetch(request)
            .await
            .ok()
            .filter(|answer| answer.status == 200);
        let raw = answered.map_or_else(
            || Ok(RawConfig::default()),
            |answer| RawConfig::of_json(&String::from_utf8_lossy(&answer.body)),
        );
        let parameters = widget::parameters();
        let parameters = parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        match raw {
            Ok(raw) => {
                let raw = raw.with_parameters(parameters);
                if raw != RawConfig::default() {
                    self.configure(raw);
                }
            }
            Err(error) => self.config_trouble.set(Some(error.to_string())),
        }
    }
}
