//! Any text is a rule for partition keys or a grid of rates, or is refused with a reason.
#![no_main]

use kdg::{Encoding, Ending, Grid, KeyRule, Record, Scene, SeededEntropy};
use kdg_fuzz::{Choices, memory};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Choices::new(bytes);
    let seed = u64::from(choices.byte());
    memory::within(1_000_000 + 2_000 * bytes.len(), || {
        if choices.below(2) == 0 {
            let length = choices.below(256);
            let rule = choices.text(length);
            keyed(&rule, choices.rest().as_bytes(), seed);
        } else {
            let time = choices.time();
            paced(&choices.rest(), time);
        }
    });
});

fn keyed(rule: &str, data: &[u8], seed: u64) {
    let rule: KeyRule = match rule.parse() {
        Ok(rule) => rule,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let key = |data: &[u8]| {
        let mut scene = Scene::new(SeededEntropy::new(seed), 0);
        Record::of(
            data.to_vec(),
            &rule,
            Encoding::Plain,
            Ending::LineFeed,
            &mut scene,
            0,
        )
    };
    let record = key(data);
    if let Ok(record) = &record {
        assert_eq!(record.check(), Ok(()));
        assert_eq!(record.data.strip_suffix(b"\n"), Some(data));
    }
    assert_eq!(record, key(data), "equal records have equal keys");
}

fn paced(periods: &str, time: i64) {
    let Ok(grid) = Grid::from_periods(periods) else {
        return;
    };
    for grid in [grid.clone().smoothed(), grid] {
        let cell = grid.at(time);
        assert!(cell.mean >= 0.0 && cell.mean.is_finite(), "{cell:?}");
        assert!(
            cell.deviation >= 0.0 && cell.deviation.is_finite(),
            "{cell:?}"
        );
    }
}
