//! `cargo xtask package`: the functions as Terraform deploys them.
//!
//! The bytes of a package depend on its content alone: a build without a change is no change of a plan.

mod compile;

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueEnum;
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use crate::step;
use crate::toolchain::Target;

pub(crate) use compile::compile;

/// The functions, as their packages and zips are called.
pub(crate) const FUNCTIONS: [&str; 2] = ["process-stream", "ingest-http"];

/// What Lambda starts (`lambda/latest/dg/rust-package.html`).
pub(crate) const BINARY: &str = "bootstrap";

/// Zips that Terraform uploads itself may have 50 MB ("Lambda quotas",
/// `lambda/latest/dg/gettingstarted-limits.html`).
const MAX_ZIP_BYTES: usize = 50 * 1024 * 1024;

/// Beyond 9 the level is a number of searches for a shorter form, of which one does the most:
/// a thirtieth less to fetch at each start, for a minute when it is packed.
const ZOPFLI: i64 = 10;

/// What to build for.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The processor of the functions
    #[arg(long, value_enum, default_value_t = Processor::Arm64)]
    processor: Processor,
    /// The folder that gets the packages
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

/// A processor that Lambda has, by AWS's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Processor {
    /// Graviton, which costs a fifth less
    #[value(name = "arm64")]
    Arm64,
    /// Intel and AMD
    #[value(name = "x86_64", alias = "x86-64")]
    X86_64,
}

impl Processor {
    /// That of this machine.
    ///
    /// # Errors
    ///
    /// When it does not run what Lambda runs.
    pub(crate) fn of_this_machine() -> anyhow::Result<Self> {
        if std::env::consts::OS != "linux" {
            bail!("this runs functions as they are deployed, which only Linux does");
        }
        match std::env::consts::ARCH {
            "aarch64" => Ok(Self::Arm64),
            "x86_64" => Ok(Self::X86_64),
            other => bail!("Lambda has no processor such as this machine's, {other}"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86_64",
        }
    }

    /// The compiler's name for it, with a C library that is part of the program.
    fn target(self) -> Target {
        let (triple, folder) = match self {
            Self::Arm64 => ("aarch64-unknown-linux-musl", "arm64-musl"),
            Self::X86_64 => ("x86_64-unknown-linux-musl", "x86_64-musl"),
        };
        Target {
            triple,
            folder,
            library: "std,panic_unwind",
        }
    }
}

/// Builds the functions and packs them.
///
/// # Errors
///
/// When a tool cannot be installed, or a function cannot be built or is too large.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let folder = arguments
        .to
        .clone()
        .unwrap_or_else(|| step::root().join("target/package"));
    let built = compile(arguments.processor, &FUNCTIONS)?;
    let binaries = FUNCTIONS
        .iter()
        .map(|function| {
            let path = built.join(function).join(BINARY);
            let binary =
                fs::read(&path).with_context(|| format!("{} is missing", path.display()))?;
            Ok((*function, binary))
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    let binaries: Vec<_> = binaries
        .iter()
        .map(|(function, binary)| (*function, binary.as_slice()))
        .collect();
    write(&folder, arguments.processor, &binaries)?;
    step::say(&format!(
        "{} has the packages for {}; next: cd terraform && terraform init && terraform apply -var name_prefix=NAME",
        folder.display(),
        arguments.processor.name()
    ));
    Ok(())
}

/// Writes the packages of these binaries, and which processor they are for.
///
/// # Errors
///
/// When the folder cannot be written, or a package is larger than Lambda takes.
pub(crate) fn write(
    folder: &Path,
    processor: Processor,
    binaries: &[(&str, &[u8])],
) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    for (function, binary) in binaries {
        let packed = pack(binary)?;
        if packed.len() > MAX_ZIP_BYTES {
            bail!(
                "the package of {function} has {} bytes, and Lambda takes {MAX_ZIP_BYTES}",
                packed.len()
            );
        }
        let zip = folder.join(format!("{function}.zip"));
        step::say(&format!("{}: {} bytes", zip.display(), packed.len()));
        fs::write(zip, packed)?;
    }
    let told = json!({"architecture": processor.name()});
    fs::write(folder.join("packages.json"), format!("{told:#}\n"))?;
    Ok(())
}

/// A zip of one binary, whose bytes depend on nothing else.
fn pack(binary: &[u8]) -> anyhow::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(ZOPFLI))
        .last_modified_time(DateTime::DEFAULT)
        .system(System::Unix)
        .unix_permissions(0o755);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(BINARY, options)?;
    zip.write_all(binary)?;
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed_in(name: &str) -> Vec<Vec<u8>> {
        let folder = std::env::temp_dir().join(format!("sluice-{name}-{}", std::process::id()));
        write(
            &folder,
            Processor::Arm64,
            &[("process-stream", b"code".repeat(999).as_slice())],
        )
        .unwrap();
        let files = ["process-stream.zip", "packages.json"];
        let bytes = files.map(|file| fs::read(folder.join(file)).unwrap());
        fs::remove_dir_all(&folder).unwrap();
        bytes.to_vec()
    }

    #[test]
    fn packaging_twice_in_two_folders_gives_the_same_bytes() {
        assert_eq!(packed_in("once"), packed_in("again"));
    }

    #[test]
    fn a_package_holds_the_binary_as_lambda_starts_it() {
        let packed = pack(b"code").unwrap();
        let mut zip = zip::ZipArchive::new(Cursor::new(packed)).unwrap();
        assert_eq!(zip.len(), 1);
        let mut file = zip.by_name(BINARY).unwrap();
        assert_eq!(file.unix_mode().unwrap() & 0o777, 0o755);
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut content).unwrap();
        assert_eq!(content, b"code");
    }
}
