//! What a pipeline says of its objects.

use serde_saphyr::Spanned;

use super::{Check, aws, raw};
use crate::{
    config::{DEFAULT_ID, ObjectSettings},
    layout::{self, KeyTemplate, Layout},
};

impl Check<'_> {
    pub(super) fn object(&mut self, raw: &raw::Object) {
        match KeyTemplate::parse(&raw.key.value, raw.layout, None) {
            Ok(key) => {
                if let Some(timestamp) = &raw.timestamp
                    && !key.reads_time()
                {
                    let message = "is not used: the key has no strftime specifier";
                    let remedy = "remove it, or add specifiers such as %Y/%m/%d to object.key";
                    self.refuse("object.timestamp", timestamp, None, message, remedy);
                }
            }
            Err(error) => {
                let offset = Some(error.offset);
                self.refuse("object.key", &raw.key, offset, error.message, error.remedy);
            }
        }
        if let Some(timestamp) = &raw.timestamp
            && let Err(error) = layout::check_field(&timestamp.value)
        {
            self.refuse(
                "object.timestamp",
                timestamp,
                None,
                error.message,
                error.remedy,
            );
        }
        if let Some(seconds) = &raw.late_after_seconds {
            let remedy = "such as 86400 for a day";
            self.within(
                "object.late_after_seconds",
                seconds,
                aws::LATE_SECONDS,
                remedy,
            );
        }
        self.own_member(raw);
        self.together(raw);
    }

    /// Refuses a place that depends on the member which records must not have.
    fn own_member(&mut self, raw: &raw::Object) {
        let id = raw.id.as_ref().map_or(DEFAULT_ID, |id| &id.value);
        if raw.layout != Layout::Batch || id.is_empty() {
            return;
        }
        let mut refuse = |field, scalar, template: Result<KeyTemplate, _>| {
            if template.is_ok_and(|template| template.reads_member(id)) {
                let message = format!("needs `{id}`, which every line gets and no record may have");
                let remedy = "name another field, or choose another name as object.id";
                self.refuse(field, scalar, None, message, remedy);
            }
        };
        let key = KeyTemplate::parse(&raw.key.value, raw.layout, None);
        refuse("object.key", &raw.key, key);
        if let Some(timestamp) = &raw.timestamp {
            let time = KeyTemplate::parse("%Y/", raw.layout, Some(&timestamp.value));
            refuse("object.timestamp", timestamp, time);
        }
    }

    /// Refuses settings that another one makes idle.
    fn together(&mut self, raw: &raw::Object) {
        let of_batch = "is for `layout: batch`";
        let choose = "remove it, or choose that layout";
        match raw.layout {
            Layout::Record => {
                self.idle(
                    "object.compression",
                    raw.compression.as_ref(),
                    of_batch,
                    choose,
                );
                self.idle("object.id", raw.id.as_ref(), of_batch, choose);
            }
            Layout::Batch => {
                let message = "is for `layout: record`";
                let remedy = "remove it: objects of layout `batch` never take a key of another";
                self.idle(
                    "object.on_collision",
                    raw.on_collision.as_ref(),
                    message,
                    remedy,
                );
            }
        }
        if raw.timestamp.is_none() {
            let late = raw.late_after_seconds.as_ref();
            let message = "is not used: every record is placed by its arrival";
            let remedy =
                "remove it, or name the field of the record's own time as object.timestamp";
            self.idle("object.late_after_seconds", late, message, remedy);
        }
        if raw.late_after_seconds.is_none() {
            let message = "is not used: no record is late";
            let remedy = "add object.late_after_seconds, such as 86400 for a day";
            self.idle("object.on_late", raw.on_late.as_ref(), message, remedy);
        }
    }

    fn idle<T>(&mut self, field: &str, value: Option<&Spanned<T>>, message: &str, remedy: &str) {
        if let Some(value) = value {
            self.refuse_at(value.referenced, field, message, remedy);
        }
    }
}

/// What the function is told of its objects.
pub(super) fn settings(raw: &raw::Object) -> ObjectSettings {
    let late = raw.late_after_seconds.as_ref();
    ObjectSettings {
        layout: raw.layout,
        key: raw.key.value.clone(),
        timestamp: raw.timestamp.as_ref().map(|field| field.value.clone()),
        late_after_seconds: late.and_then(|seconds| u32::try_from(seconds.value).ok()),
        on_late: raw.on_late.as_ref().map(|policy| policy.value),
        on_collision: raw.on_collision.as_ref().map(|policy| policy.value),
        compression: raw
            .compression
            .as_ref()
            .map(|compression| compression.value),
        id: raw.id.as_ref().map(|id| id.value.clone()),
    }
}
