//! Arguments that do not fit together.

use super::said;
use crate::stack::{pipelines, sluice};

#[test]
fn what_does_not_fit_together_is_refused_with_its_remedy() {
    for (arguments, part) in [
        (&["--template", "x"][..], "--stream"),
        (&["--stream", "s"], "--pipeline"),
        (
            &["--pipeline", "kdg-archive", "--rate", "5", "--grid", "g"],
            "--grid",
        ),
        (&["--pipeline", "kdg-archive", "--ramp", "5"], "100..5000"),
        (&["--pipeline", "kdg-archive", "--burst", "5"], "--every"),
        (
            &["--pipeline", "kdg-archive", "--faults", "malformd=1"],
            "malformed=0.01",
        ),
        (
            &["--pipeline", "kdg-archive", "--shards", "2"],
            "--create-stream",
        ),
        (
            &["--pipeline", "kdg-archive", "--seconds", "soon"],
            "such as 90",
        ),
    ] {
        let output = sluice(&["send"]).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said(&output).contains(part), "{}", said(&output));
    }
    for (arguments, part) in [
        (&["--rate", "0"][..], "rate"),
        (&["--rate", "nan"], "rate"),
        (&["--ramp", "0..0", "--over", "1"], "rate"),
        (
            &[
                "--rate", "1", "--burst", "2", "--every", "1", "--lasts", "5",
            ],
            "burst",
        ),
        (&["--from", "today"], "--from"),
        (&["--from", "2026-01-01T00:00:00Z"], "--rate"),
        (
            &[
                "--from",
                "2026-01-02T00:00:00Z",
                "--until",
                "2026-01-01T00:00:00Z",
                "--rate",
                "1",
            ],
            "swap",
        ),
        (&["--partition-key", "{{ a"], "--partition-key"),
    ] {
        let mut send = sluice(&["send", "--pipeline", "kdg-archive", "--local", "1"]);
        send.arg("--pipelines").arg(pipelines()).args(arguments);
        let output = send.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said(&output).contains(part), "{}", said(&output));
    }
}

#[test]
fn a_grid_that_is_not_there_is_named() {
    let mut send = sluice(&["send", "--pipeline", "kdg-archive", "--local", "1"]);
    send.arg("--pipelines").arg(pipelines());
    let output = send.args(["--grid", "/nowhere.json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("/nowhere.json"), "{}", said(&output));
}
