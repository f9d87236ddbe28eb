//! The word lists of `data/` and of the crate `fake` → `lists.rs`, static
//! slices that the templates draw from.
//!
//! `fake` depends on getrandom, which a browser build would have to configure
//! and which this crate has no use for; so it stays on the building side.

use std::{
    env,
    error::Error,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use fake::locales::{Data, EN};

#[path = "build/locales.rs"]
mod locales;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=data");
    let mut source = String::new();
    for (name, words) in of_fake() {
        write_list(&mut source, name, &words)?;
    }
    for path in data_files()? {
        let text = fs::read_to_string(&path)?;
        let rows: Vec<&str> = text.lines().collect();
        match path.file_stem().and_then(|stem| stem.to_str()) {
            Some("currencies") => write_currencies(&mut source, &rows)?,
            Some("mime_types") => write_mime_types(&mut source, &rows)?,
            Some(name) => write_list(&mut source, &name.to_uppercase(), &rows)?,
            None => {}
        }
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("lists.rs"), source)?;
    locales::write()
}

fn of_fake() -> Vec<(&'static str, Vec<&'static str>)> {
    let lists = [
        ("LAST_NAMES", EN::NAME_LAST_NAME),
        ("NAME_PREFIXES", EN::NAME_TITLE),
        ("NAME_SUFFIXES", EN::NAME_SUFFIX),
        ("LOREM", EN::LOREM_WORD),
        ("CITY_PREFIXES", EN::ADDRESS_CITY_PREFIX),
        ("CITY_SUFFIXES", EN::ADDRESS_CITY_SUFFIX),
        ("STREET_SUFFIXES", EN::ADDRESS_STREET_SUFFIX),
        ("COUNTRY_CODES", EN::ADDRESS_COUNTRY_CODE),
        ("STATES", EN::ADDRESS_STATE),
        ("STATE_CODES", EN::ADDRESS_STATE_ABBR),
        ("COMPANY_SUFFIXES", EN::COMPANY_SUFFIX),
        ("CATCH_PHRASE_ADJECTIVES", EN::COMPANY_BUZZWORD_HEAD),
        ("CATCH_PHRASE_DESCRIPTORS", EN::COMPANY_BUZZWORD_MIDDLE),
        ("CATCH_PHRASE_NOUNS", EN::COMPANY_BUZZWORD_TAIL),
        ("BS_ADJECTIVES", EN::COMPANY_BS_ADJ),
        ("BS_VERBS", EN::COMPANY_BS_VERBS),
        ("BS_NOUNS", EN::COMPANY_BS_NOUNS),
        ("MAIL_PROVIDERS", EN::INTERNET_FREE_EMAIL_PROVIDER),
    ];
    let lists = lists.map(|(name, words)| (name, words.to_vec()));
    let mut lists = Vec::from(lists);
    lists.push(("FIRST_NAMES", first_names()));
    lists
}

/// `fake` has Ozzie where the KDG has D'angelo.
fn first_names() -> Vec<&'static str> {
    let mut names = EN::NAME_FIRST_NAME.to_vec();
    names.retain(|name| *name != "Ozzie");
    if let Some(at) = names.iter().position(|name| *name == "Dangelo") {
        names.insert(at, "D'angelo");
    }
    names
}

/// Sorted, so that every machine writes the same file.
fn data_files() -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir("data")? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn write_list(source: &mut String, name: &str, words: &[&str]) -> Result<(), Box<dyn Error>> {
    writeln!(source, "pub(crate) static {name}: &[&str] = &{words:?};")?;
    Ok(())
}

/// Name, codes and symbol; some have no symbol.
fn write_currencies(source: &mut String, rows: &[&str]) -> Result<(), Box<dyn Error>> {
    let column = |index| -> Vec<&str> {
        let cells = rows.iter().filter_map(|row| row.split('\t').nth(index));
        cells.filter(|cell| !cell.is_empty()).collect()
    };
    write_list(source, "CURRENCY_NAMES", &column(0))?;
    write_list(source, "CURRENCY_CODES", &column(1))?;
    write_list(source, "CURRENCY_SYMBOLS", &column(2))
}

/// A media type and the extensions of its files, if it has any.
fn write_mime_types(source: &mut String, rows: &[&str]) -> Result<(), Box<dyn Error>> {
    let rows: Vec<(&str, Vec<&str>)> = rows
        .iter()
        .map(|row| row.split_once('\t').unwrap_or((row, "")))
        .map(|(name, extensions)| (name, extensions.split_whitespace().collect()))
        .collect();
    let names: Vec<&str> = rows.iter().map(|(name, _)| *name).collect();
    let mut kinds: Vec<&str> = names
        .iter()
        .filter_map(|name| name.split('/').next())
        .collect();
    kinds.dedup();
    let extensions: Vec<&str> = rows.iter().flat_map(|(_, all)| all).copied().collect();
    write_list(source, "MIME_TYPES", &names)?;
    write_list(source, "FILE_TYPES", &kinds)?;
    write_list(source, "FILE_EXTENSIONS", &extensions)?;
    writeln!(
        source,
        "pub(crate) static EXTENSIONS_OF: &[(&str, &[&str])] = &["
    )?;
    for (name, extensions) in rows.iter().filter(|(_, extensions)| !extensions.is_empty()) {
        writeln!(source, "({name:?}, &{extensions:?}),")?;
    }
    writeln!(source, "];")?;
    Ok(())
}
