//! Choices → a template of real tags, most of which compile.

use std::fmt::Write;

use crate::Choices;

const NAMES: &[&str] = &["a", "b", "item", "random", "step", "_1"];
const ENTITIES: &[&str] = &["device", "order", "e2"];
const FIELDS: &[&str] = &["id", "site", "number", "step"];
const TEXTS: &[&str] = &[
    "", "x", "a b", ",", "é", "日本", "😀", "0", "false", "-1.5", "1e3", "\\n",
];
const NUMBERS: &[&str] = &[
    "1",
    "0",
    "2",
    "3",
    "-1",
    "10",
    "0.5",
    "12",
    "100",
    "13",
    "0.000001",
    "-0.1",
    "1e3",
    "255",
    "1e308",
    "-1e308",
    "1e-320",
    "9007199254740993",
    "1e21",
    "1048576",
    "1048577",
    "1e999",
];
const COUNTS: &[&str] = &["1", "2", "0", "3", "0..2", "2..5", "17"];
const LARGE: &[&str] = &["100000", "1000", "99999..100000", "100001"];
const TIMES: &[&str] = &[
    "2024-02-29",
    "now",
    "now-7d",
    "now+9223372036854775807d",
    "1969-12-31T23:59:59.999+14:00",
    "-271821-04-20",
    "+275760-09-13",
    "2023-02-29",
    "24:00",
];
const LOCALIZED: &[&str] = &["de.name.firstName", "ja.name.findName", "zh_cn.lorem.word"];
const MOST_DEEP: usize = 9;

/// A template that depends on nothing but the choices.
pub fn template(choices: &mut Choices<'_>) -> String {
    let mut writer = Writer {
        choices,
        out: String::new(),
        depth: 0,
    };
    writer.items(6);
    writer.out.push('.');
    writer.out
}

struct Writer<'c, 'a> {
    choices: &'c mut Choices<'a>,
    out: String,
    depth: usize,
}

impl Writer<'_, '_> {
    fn items(&mut self, most: usize) {
        for _ in 0..=self.choices.below(most) {
            if self.choices.is_spent() {
                return;
            }
            self.item();
        }
    }

    fn item(&mut self) {
        match self.choices.below(10) {
            0 => self.literal(),
            1..=3 => self.tag(|writer| writer.term(false)),
            4 => self.tag(|writer| {
                let name = writer.choices.pick(NAMES);
                let _ = write!(writer.out, "let {name} = ");
                writer.term(true);
            }),
            5 => self.repeat(),
            6 => self.condition(),
            7 => self.tag(Self::entity),
            8 => self.tag(|writer| {
                let entity = writer.choices.pick(ENTITIES);
                let _ = write!(writer.out, "ref {entity}");
            }),
            _ => self.tag(Self::call),
        }
    }

    fn literal(&mut self) {
        if self.choices.rarely(4) {
            let length = self.choices.below(12);
            let text = self.choices.text(length);
            self.out.push_str(&text);
        } else {
            self.out.push_str(self.choices.pick(TEXTS));
        }
    }

    fn tag(&mut self, inside: impl FnOnce(&mut Self)) {
        self.out.push_str("{{");
        inside(self);
        self.out.push_str("}}");
    }

    fn repeat(&mut self) {
        if self.depth == MOST_DEEP {
            return;
        }
        self.depth += 1;
        self.tag(|writer| {
            writer.out.push_str("#repeat ");
            match writer.choices.below(8) {
                // Most numbers that a function gives are large.
                0 if writer.choices.rarely(16) => writer.term(false),
                1 if writer.choices.rarely(64) => writer.out.push_str(writer.choices.pick(LARGE)),
                2 => writer.out.push_str("random.number(3)"),
                _ => writer.out.push_str(writer.choices.pick(COUNTS)),
            }
            if writer.choices.rarely(2) {
                let text = writer.choices.pick(TEXTS);
                let _ = write!(writer.out, " \"{text}\"");
            }
        });
        self.items(3);
        self.out.push_str("{{/repeat}}");
        self.depth -= 1;
    }

    fn condition(&mut self) {
        if self.depth == MOST_DEEP {
            return;
        }
        self.depth += 1;
        self.tag(|writer| {
            writer.out.push_str("#if ");
            writer.test();
        });
        self.items(3);
        if self.choices.rarely(3) {
            self.tag(|writer| {
                writer.out.push_str("else if ");
                writer.test();
            });
            self.items(2);
        }
        if self.choices.rarely(2) {
            self.out.push_str("{{else}}");
            self.items(2);
        }
        self.out.push_str("{{/if}}");
        self.depth -= 1;
    }

    fn test(&mut self) {
        match self.choices.below(6) {
            0 => {
                let chance = self.choices.pick(&["0.5", "0", "1", ".5", "1.1"]);
                let _ = write!(self.out, "chance {chance}");
            }
            1 => {
                let not = self.choices.pick(&["", "not "]);
                let entity = self.choices.pick(ENTITIES);
                let _ = write!(self.out, "{not}ref {entity}");
            }
            2 => {
                self.out.push_str(self.choices.pick(&["", "not "]));
                self.term(false);
            }
            _ => {
                self.term(true);
                let sign = self.choices.pick(&["==", "!=", "<", "<=", ">", ">="]);
                let _ = write!(self.out, " {sign} ");
                self.term(true);
            }
        }
    }

    fn entity(&mut self) {
        let entity = self.choices.pick(ENTITIES);
        let size = self
            .choices
            .pick(&["1", "2", "20", "100000", "100001", "0"]);
        let _ = write!(self.out, "entity {entity} of {size} {{");
        for (index, field) in FIELDS[..self.choices.below(3)].iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            let _ = write!(self.out, "{comma}\"{field}\": ");
            self.term(true);
        }
        self.out.push('}');
        for index in 0..self.choices.below(4) {
            let before = if index == 0 { " : " } else { " -> " };
            let name = self.choices.pick(&["start", "click", "end"]);
            let lasts = self
                .choices
                .pick(&["", " 2", " 0..1", " 1..3", " 1000000", " 0"]);
            let _ = write!(self.out, "{before}{name}{lasts}");
        }
    }

    /// A term; where it stands for a value it may be a literal.
    fn term(&mut self, value: bool) {
        match self.choices.below(if value { 9 } else { 6 }) {
            0 => self.out.push_str(self.choices.pick(NAMES)),
            1 => self
                .out
                .push_str(self.choices.pick(&["@index", "@number", "@count"])),
            2 | 3 => {
                self.out.push_str(self.choices.pick(&["", "ref "]));
                let entity = self.choices.pick(ENTITIES);
                let field = self.choices.pick(FIELDS);
                let _ = write!(self.out, "{entity}.{field}");
            }
            6 => self.out.push_str(self.choices.pick(NUMBERS)),
            7 => {
                let text = self.choices.pick(TEXTS);
                let _ = write!(self.out, "\"{text}\"");
            }
            8 => {
                self.out.push('"');
                for _ in 0..self.choices.below(3) {
                    self.out.push_str(self.choices.pick(TEXTS));
                    self.tag(|writer| writer.term(false));
                }
                self.out.push('"');
            }
            _ => self.call(),
        }
    }

    fn call(&mut self) {
        let functions = kdg::functions();
        let chosen = self.choices.below(functions.len());
        let Some(function) = kdg::functions().nth(chosen) else {
            return;
        };
        match self.choices.below(5) {
            0 => self.out.push_str(function.name()),
            1 => {
                let example = function.example();
                self.out.push_str(&example[2..example.len() - 2]);
            }
            2 => {
                let _ = write!(self.out, "{}(", function.name());
                for index in 0..=self.choices.below(3) {
                    self.out.push_str(if index > 0 { ", " } else { "" });
                    self.value(0);
                }
                self.out.push(')');
            }
            3 => {
                let _ = write!(self.out, "{}({{", function.name());
                let words = function.takes().split(|c: char| !c.is_alphanumeric());
                let mut comma = "";
                for name in words.filter(|word| !word.is_empty()) {
                    if !self.choices.rarely(3) {
                        let _ = write!(self.out, "{comma}\"{name}\": ");
                        self.value(0);
                        comma = ", ";
                    }
                }
                self.out.push_str("})");
            }
            _ => self.out.push_str(self.choices.pick(LOCALIZED)),
        }
    }

    /// A JSON value, loosely.
    fn value(&mut self, depth: usize) {
        match self.choices.below(if depth > 2 { 4 } else { 8 }) {
            0..=2 => self.out.push_str(self.choices.pick(NUMBERS)),
            3 => {
                let text = self.choices.pick(TEXTS);
                let _ = write!(self.out, "\"{text}\"");
            }
            4 => {
                let time = self.choices.pick(TIMES);
                let _ = write!(self.out, "\"{time}\"");
            }
            5 => self
                .out
                .push_str(self.choices.pick(&["null", "true", "false", "[]", "{}"])),
            6 => {
                self.out.push('[');
                for index in 0..self.choices.below(4) {
                    self.out.push_str(if index > 0 { ", " } else { "" });
                    self.value(depth + 1);
                }
                self.out.push(']');
            }
            _ => {
                self.out.push_str("{\"k\": ");
                self.value(depth + 1);
                self.out.push('}');
            }
        }
    }
}
