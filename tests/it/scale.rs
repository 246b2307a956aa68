//! A national year: many returns on little stack. (How fast it is, benches say.)

use crate::common::{PROGRAM, Place};
use std::process::Command;

/// Enough returns for several portions of every parallel stage: with a library's own pool called from our workers, each
/// portion nested in the one before, and these were too many for this stack.
const RETURNS: usize = 4_000;
const STACK: &str = "131072";
/// What polars' own threads are given where it packs columns.
const STACK_OF_POLARS: &str = "1048576";

#[test]
fn thousands_of_returns_need_no_more_stack_than_a_few() {
    let place = Place::new();
    for number in 0..RETURNS {
        let name = format!("第{number:05}号局");
        place.put(&format!("{name}.csv"), format!("填报单位：{name},2021年\n指标,数量\n信息咨询,{}\n", number % 7));
    }
    let run = |args: &[&str], stack: &str| {
        let mut command = Command::new(PROGRAM);
        command.args(args).current_dir(place.path()).env("RUST_MIN_STACK", stack).output().unwrap()
    };
    let checked = run(&["check", "in", "-q", "-j2"], STACK);
    let error = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert_eq!(checked.status.code(), Some(0), "{error}");
    let published = run(&["run", "in", "-o", "out", "-q", "-j2"], STACK_OF_POLARS);
    assert_eq!(published.status.code(), Some(0), "{}", String::from_utf8_lossy(&published.stderr));
    let total = place.rows(2021, "summary.csv").into_iter().find(|row| &row["indicator"] == "inquiries");
    let expected: usize = (0..RETURNS).map(|number| number % 7).sum();
    assert_eq!(&total.unwrap()["value"], expected.to_string().as_str());
}
