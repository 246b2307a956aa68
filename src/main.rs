//! Arguments in, exit status out.

/// Thousands of small workbooks are thousands of small allocations on several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use std::process::ExitCode;

fn main() -> ExitCode {
    huizong::cli::run()
}
