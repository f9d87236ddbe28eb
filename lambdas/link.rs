//! How the functions are linked.
#![expect(clippy::print_stdout, reason = "a build script speaks to cargo by it")]

fn main() {
    println!("cargo:rerun-if-changed=../link.rs");
    let target = |name: &str| std::env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    if target("OS") != "linux" {
        return;
    }
    // At a fixed address nothing has to be relocated when a function starts: a sixth of the time
    // until the first answer, and 8 % of the binary.
    println!("cargo:rustc-link-arg-bins=-no-pie");
    // As a library of its own, what unwinds has to be found and loaded at every start, and asks the
    // processor what it can do.
    if target("ENV") == "gnu" {
        println!("cargo:rustc-link-lib=static=gcc_eh");
    }
}
