//! How the functions are linked.
#![expect(clippy::print_stdout, reason = "a build script speaks to cargo by it")]

fn main() {
    println!("cargo:rerun-if-changed=../link.rs");
    // At a fixed address nothing has to be relocated when a function starts: a sixth of the time
    // until the first answer, and 8 % of the binary.
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}
