//! What proving a reading costs: the time of all identities of all returns, beside that of the whole run on one thread.
//!
//! ```text
//! cargo run --release --example proving -- RETURNS [ROSTER]     (bench/make_returns.py N DIR makes returns)
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a measuring program for developers")]

use huizong::Return;
use huizong::parts::within_return;
use huizong::{Desk, MainThread, RunError, Silent, gather, publish_all};
use huizong::{Partial, Settings};
use std::path::PathBuf;
use std::time::{Duration, Instant};

const ROUNDS: u32 = 5;

fn main() {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let Some(input) = args.next() else {
        eprintln!("usage: proving RETURNS [ROSTER]");
        return;
    };
    if let Err(error) = measure(input, args.next()) {
        eprintln!("{error:?}");
    }
}

fn measure(input: PathBuf, roster: Option<PathBuf>) -> Result<(), RunError> {
    let output = std::env::temp_dir().join(format!("huizong-proving-{}", std::process::id()));
    let wanted =
        Partial { inputs: vec![input], roster, output: Some(output.clone()), jobs: Some(1), ..Partial::default() };
    let settings = Settings::resolve(wanted, None).map_err(|error| RunError::Internal(format!("{error:?}")))?;
    let desk = Desk::open(&settings)?;
    let here = MainThread::here().ok_or_else(|| RunError::Internal("not the main thread".to_owned()))?;
    let (mut run, mut proving) = (Duration::MAX, Duration::MAX);
    let mut proof = huizong::Proof::default();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let gathered = gather(&settings, &desk, &Silent)?;
        publish_all(&settings, &desk, &gathered, &here)?;
        run = run.min(start.elapsed());
        let mut returns: Vec<Return> =
            gathered.collation.outcomes.iter().flat_map(|outcome| outcome.returns.iter().cloned()).collect();
        let start = Instant::now();
        for one in &mut returns {
            std::hint::black_box(within_return(one, &desk.library.rulebook));
        }
        proving = proving.min(start.elapsed());
        proof = returns.iter().fold(Default::default(), |sum, one| sum + one.proof());
    }
    let _ = std::fs::remove_dir_all(output);
    let share = 100.0 * proving.as_secs_f64() / run.as_secs_f64();
    println!("{} of {} identities hold", proof.held, proof.checked);
    println!("proving {:.3} s of a run of {:.3} s: {share:.1} %", proving.as_secs_f64(), run.as_secs_f64());
    Ok(())
}
