//! The build system: what a laptop runs is what the build server runs.

mod bench;
mod build;
mod chromium;
mod clients;
mod demo;
mod fuzz;
mod node;
mod package;
mod plan_summary;
mod python;
mod same_bytes;
mod stack;
mod step;
mod terraform;
mod test;
mod tidy;
mod toolchain;
mod wasm;
mod web;
mod web_test;
mod workflow_scripts;
mod workflows;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Build, test, measure and try sluice.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Send records through every pipeline on this machine, and show where they went.
    Demo(demo::Arguments),
    /// Set up what is missing and run every test.
    Test(test::Arguments),
    /// Measure side by side, and print ratios.
    Bench(bench::Arguments),
    /// Search for templates and rules that break the generator.
    Fuzz(fuzz::Arguments),
    /// Build the functions for Lambda, as Terraform deploys them.
    Package(package::Arguments),
    /// Build the generator's page into target/web.
    Web,
    /// Write what is generated below terraform/.
    Terraform(terraform::Arguments),
    /// Check the rules of ARCHITECTURE.md that a compiler does not know.
    Tidy,
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Demo(arguments) => demo::run(&arguments),
        Task::Test(arguments) => test::run(&arguments),
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Fuzz(arguments) => fuzz::run(&arguments),
        Task::Package(arguments) => package::run(&arguments),
        Task::Web => web::run(),
        Task::Terraform(arguments) => terraform::run(&arguments),
        Task::Tidy => tidy::run(),
    };
    if let Err(error) = done {
        step::say(&format!("error: {error:#}"));
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
