//! Lists to draw from.

use fake::locales::{Data, EN};

#[derive(Debug)]
pub(super) struct Words {
    pub(super) first_names: Vec<&'static str>,
    pub(super) last_names: &'static [&'static str],
    pub(super) city_prefixes: &'static [&'static str],
    pub(super) city_suffixes: &'static [&'static str],
    pub(super) countries: &'static [&'static str],
    pub(super) currencies: Vec<&'static str>,
    pub(super) providers: &'static [&'static str],
    pub(super) languages: Vec<&'static str>,
    pub(super) adjectives: Vec<&'static str>,
    pub(super) materials: Vec<&'static str>,
    pub(super) products: Vec<&'static str>,
}

impl Default for Words {
    fn default() -> Self {
        let mut first_names = EN::NAME_FIRST_NAME.to_vec();
        first_names.retain(|name| *name != "Ozzie");
        if let Some(at) = first_names.iter().position(|name| *name == "Dangelo") {
            first_names.insert(at, "D'angelo");
        }
        let currencies = include_str!("../../../../../crates/kdg/data/currencies.txt");
        let codes = currencies.lines().filter_map(|row| row.split('\t').nth(1));
        let lines = |file: &'static str| file.lines().collect();
        Self {
            first_names,
            last_names: EN::NAME_LAST_NAME,
            city_prefixes: EN::ADDRESS_CITY_PREFIX,
            city_suffixes: EN::ADDRESS_CITY_SUFFIX,
            countries: EN::ADDRESS_COUNTRY_CODE,
            currencies: codes.collect(),
            providers: EN::INTERNET_FREE_EMAIL_PROVIDER,
            languages: lines(include_str!("../../../../../crates/kdg/data/languages.txt")),
            adjectives: lines(include_str!(
                "../../../../../crates/kdg/data/product_adjectives.txt"
            )),
            materials: lines(include_str!(
                "../../../../../crates/kdg/data/product_materials.txt"
            )),
            products: lines(include_str!("../../../../../crates/kdg/data/products.txt")),
        }
    }
}
