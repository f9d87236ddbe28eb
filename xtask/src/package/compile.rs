//! Programs as they are deployed: zig's C library and linker, and everything within the program.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, ensure};
use object::elf::PT_INTERP;
use object::read::elf::{ElfFile64, ProgramHeader as _};
use object::{Architecture, Endianness, Object as _};

use crate::python::{PACKAGER, Python};
use crate::step;
use crate::toolchain::Compiler;

use super::{BINARY, Processor};

/// `mimalloc` would tell when it was compiled, and each build would be another package.
const UNDATED: &str = "-Wno-builtin-macro-redefined -D__DATE__=\"\" -D__TIME__=\"\"";

/// Compiles programs for a processor, and tells in which folder each has its own.
///
/// # Errors
///
/// When a tool cannot be installed, or a program does not compile or needs anything beside it.
pub(crate) fn compile(processor: Processor, programs: &[&str]) -> anyhow::Result<PathBuf> {
    let python = Python::ready(PACKAGER)?;
    let target = processor.target();
    let compiler = Compiler::ready(target)?;
    let compiled = step::target().join("cargo-lambda").join(processor.name());
    let mut build = step::cargo();
    build
        .env("PATH", python.before_path()?)
        .args(["lambda", "build", "--locked", "--profile", "lambda"])
        // It would otherwise have rustup add the target, which is there by now, and override the
        // profile: with `panic = "abort"` a panic would cost the environment.
        .args(["--skip-target-check", "--disable-optimizations"])
        .env("RUSTFLAGS", flags())
        // Cargo would take these in place of those.
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env(
            format!("CFLAGS_{}", target.triple.replace('-', "_")),
            UNDATED,
        )
        .args(["--target", target.triple, "--lambda-dir"])
        .arg(&compiled);
    for program in programs {
        build.args(["--package", program]);
    }
    compiler.lend(&mut build);
    if programs
        .iter()
        .any(|program| !compiled.join(program).exists())
    {
        step::say(
            "what is deployed is optimized as a whole: functions take 6 to 20 minutes on two cores",
        );
    }
    step::run(&format!("build for {}", processor.name()), &mut build)?;
    for program in programs {
        let path = compiled.join(program).join(BINARY);
        let binary = fs::read(&path).with_context(|| format!("{} is missing", path.display()))?;
        stands_alone(&binary, processor)
            .with_context(|| format!("{} is no package", path.display()))?;
    }
    Ok(compiled)
}

/// Links all that a program needs into it, at a fixed address and with what zig has to start it.
/// What is compiled is named without the folders of this machine, so that the same sources give the
/// same bytes elsewhere.
fn flags() -> OsString {
    let mut flags = std::env::var_os("RUSTFLAGS").unwrap_or_default();
    flags.push(" -Ctarget-feature=+crt-static -Crelocation-model=static -Clink-self-contained=no");
    let folders: [(Option<PathBuf>, &str); 3] = [
        (Some(step::root()), "/sluice"),
        (Some(step::target()), "/target"),
        (step::cargo_home(), "/cargo"),
    ];
    for (folder, name) in folders {
        if let Some(folder) = folder {
            flags.push(" --remap-path-prefix=");
            flags.push(folder);
            flags.push("=");
            flags.push(name);
        }
    }
    flags
}

/// Refuses what Lambda could not start: a program for another processor, or one that leaves a part
/// of itself to the system it finds.
fn stands_alone(binary: &[u8], processor: Processor) -> anyhow::Result<()> {
    let program = ElfFile64::<Endianness>::parse(binary).context("this is no program for Linux")?;
    let wanted = match processor {
        Processor::Arm64 => Architecture::Aarch64,
        Processor::X86_64 => Architecture::X86_64,
    };
    let found = program.architecture();
    ensure!(
        found == wanted,
        "its processor is {found:?}, not {wanted:?}"
    );
    let asks_for_a_loader = program
        .elf_program_headers()
        .iter()
        .any(|part| part.p_type(program.endian()) == PT_INTERP);
    ensure!(
        !asks_for_a_loader,
        "it is linked with the C library of a system; build without RUSTFLAGS of your own"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_system_has_to_complete_is_no_package() {
        let this_test = fs::read(std::env::current_exe().unwrap()).unwrap();
        let refused = |processor| {
            let error = stands_alone(&this_test, processor).unwrap_err();
            format!("{error:#}")
        };
        let [own, other] = match Processor::of_this_machine().unwrap() {
            Processor::Arm64 => [Processor::Arm64, Processor::X86_64],
            Processor::X86_64 => [Processor::X86_64, Processor::Arm64],
        };
        assert!(refused(own).contains("linked with the C library"));
        assert!(refused(other).contains("its processor is"));
    }

    #[test]
    fn no_folder_of_this_machine_is_left_in_what_is_compiled() {
        let flags = flags().into_string().unwrap();
        for folder in [step::root(), step::target()] {
            let renamed = format!("--remap-path-prefix={}=/", folder.display());
            assert!(flags.contains(&renamed), "{flags}");
        }
    }
}
