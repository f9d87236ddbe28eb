//! The lists of other languages in the crate `fake` → `locales.rs`, a table of
//! the functions that draw from them.
//!
//! A locale without a list of its own falls back to English in `fake`; such a
//! list is left out here.

use std::{env, error::Error, fmt::Write, fs, path::Path};

use fake::locales::{AR_SA, DE_DE, Data, EN, FR_FR, IT_IT, JA_JP, PT_BR, ZH_CN, ZH_TW};

type Words = &'static [&'static str];

/// What is taken over from a locale.
struct Lists {
    locale: &'static str,
    /// First names before last names, and what stands between them.
    name_order: (bool, &'static str),
    /// What stands between the parts of the name of a city.
    city_space: &'static str,
    plain: Vec<(&'static str, Words, Words)>,
}

pub(crate) fn write() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build");
    let all = [
        lists("ar", AR_SA),
        lists("de", DE_DE),
        lists("fr", FR_FR),
        lists("it", IT_IT),
        lists("ja", JA_JP),
        lists("pt_br", PT_BR),
        lists("zh_cn", ZH_CN),
        lists("zh_tw", ZH_TW),
    ];
    let mut source = String::new();
    let mut table = Vec::new();
    for lists in &all {
        for (function, words, english) in &lists.plain {
            if words.is_empty() || words == english {
                continue;
            }
            let list = constant(lists.locale, function);
            // A quote or a line break in a name would end the text of a JSON template.
            let is_plain =
                |word: &&&str| !word.contains(['"', '\\']) && !word.contains(char::is_control);
            let plain: Vec<_> = words.iter().filter(is_plain).collect();
            writeln!(source, "static {list}: &[&str] = &{plain:?};")?;
            let call = format!("{}.{function}", lists.locale);
            table.push((call, format!("Piece::Words({list})")));
        }
        composites(lists, &mut table);
    }
    table.sort();
    writeln!(source, "/// Functions of other languages than English.")?;
    writeln!(
        source,
        "pub(crate) static LOCALIZED: &[(&str, &[Piece])] = &["
    )?;
    for (call, pieces) in &table {
        writeln!(source, "    ({call:?}, &[{pieces}]),")?;
    }
    writeln!(source, "];")?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("locales.rs"), source)?;
    Ok(())
}

fn lists<L: Data + Copy>(locale: &'static str, _: L) -> Lists {
    let family_first = L::NAME_TPL.starts_with("{LastName}");
    let between = if L::NAME_TPL.contains(' ') { " " } else { "" };
    Lists {
        locale,
        name_order: (!family_first, between),
        city_space: if L::ADDRESS_CITY_TPL.contains(' ') {
            " "
        } else {
            ""
        },
        plain: vec![
            ("name.firstName", L::NAME_FIRST_NAME, EN::NAME_FIRST_NAME),
            ("name.lastName", L::NAME_LAST_NAME, EN::NAME_LAST_NAME),
            ("name.prefix", L::NAME_TITLE, EN::NAME_TITLE),
            ("address.country", L::ADDRESS_COUNTRY, EN::ADDRESS_COUNTRY),
            ("address.state", L::ADDRESS_STATE, EN::ADDRESS_STATE),
            (
                "address.stateAbbr",
                L::ADDRESS_STATE_ABBR,
                EN::ADDRESS_STATE_ABBR,
            ),
            (
                "address.cityPrefix",
                L::ADDRESS_CITY_PREFIX,
                EN::ADDRESS_CITY_PREFIX,
            ),
            (
                "address.citySuffix",
                L::ADDRESS_CITY_SUFFIX,
                EN::ADDRESS_CITY_SUFFIX,
            ),
            (
                "address.streetSuffix",
                L::ADDRESS_STREET_SUFFIX,
                EN::ADDRESS_STREET_SUFFIX,
            ),
            (
                "company.companySuffix",
                L::COMPANY_SUFFIX,
                EN::COMPANY_SUFFIX,
            ),
            ("finance.currencyName", L::CURRENCY_NAME, EN::CURRENCY_NAME),
            ("lorem.word", L::LOREM_WORD, EN::LOREM_WORD),
        ],
    }
}

/// What is put together from lists the way the language does it.
fn composites(lists: &Lists, table: &mut Vec<(String, String)>) {
    let has = |function: &str| {
        let known = lists.plain.iter().find(|(name, ..)| *name == function);
        known.is_some_and(|(_, words, english)| !words.is_empty() && words != english)
    };
    let words = |function: &str| format!("Piece::Words({})", constant(lists.locale, function));
    let mut add = |function: &str, pieces: &[String]| {
        table.push((format!("{}.{function}", lists.locale), pieces.join(", ")));
    };
    let (first, last) = (words("name.firstName"), words("name.lastName"));
    let (given_first, between) = lists.name_order;
    let space = format!("Piece::Text({between:?})");
    if has("name.firstName") && has("name.lastName") {
        let order = if given_first {
            [first, space, last.clone()]
        } else {
            [last.clone(), space, first]
        };
        add("name.findName", &order);
    }
    if has("name.lastName") && has("company.companySuffix") {
        // Chinese writes no space before the kind of company.
        let space = if lists.locale.starts_with("zh") {
            ""
        } else {
            " "
        };
        let space = format!("Piece::Text({space:?})");
        add(
            "company.companyName",
            &[last.clone(), space, words("company.companySuffix")],
        );
    }
    if has("name.lastName") && has("address.citySuffix") {
        let space = format!("Piece::Text({:?})", lists.city_space);
        add("address.city", &[last, space, words("address.citySuffix")]);
    }
}

fn constant(locale: &str, function: &str) -> String {
    format!("{locale}_{}", function.replace('.', "_")).to_uppercase()
}
