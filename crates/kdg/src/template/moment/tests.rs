use proptest::prelude::*;

use super::{Format, Zone};

/// Thu 29 Feb 2024 13:05:09.007 UTC.
const LEAP_DAY: i64 = 1_709_211_909_007;
/// Sun 12 Nov 2023 12:00:03.120 UTC.
const SUNDAY_NOON: i64 = 1_699_790_403_120;
/// Tue 31 Dec 2019 23:59:59.999 UTC.
const LAST_OF_2019: i64 = 1_577_836_799_999;
/// Fri 1 Jan 2021 00:00 UTC.
const FIRST_OF_2021: i64 = 1_609_459_200_000;

const UTC: Zone = Zone::Local(0);

fn rendered(format: &str, epoch_ms: i64, zone: Zone) -> String {
    let mut out = Vec::new();
    Format::parse(format).render(epoch_ms, zone, &mut out);
    String::from_utf8(out).unwrap()
}

#[track_caller]
fn check(epoch_ms: i64, zone: Zone, table: &[(&str, &str)]) {
    for (format, expected) in table {
        assert_eq!(
            rendered(format, epoch_ms, zone),
            *expected,
            "format {format:?}"
        );
    }
}

#[test]
fn every_token_prints_what_moment_prints() {
    check(
        LEAP_DAY,
        UTC,
        &[
            ("YYYY YY Y YYYYY YYYYYY", "2024 24 2024 02024 +002024"),
            ("Q Qo", "1 1st"),
            ("M MM Mo MMM MMMM", "2 02 2nd Feb February"),
            ("D DD Do", "29 29 29th"),
            ("DDD DDDD DDDo", "60 060 60th"),
            ("d do dd ddd dddd e E", "4 4th Th Thu Thursday 4 4"),
            ("w ww wo W WW Wo", "9 09 9th 9 09 9th"),
            ("gg gggg ggggg GG GGGG GGGGG", "24 2024 02024 24 2024 02024"),
            ("H HH h hh k kk", "13 13 1 01 13 13"),
            ("Hmm Hmmss hmm hmmss", "1305 130509 105 10509"),
            ("a A", "pm PM"),
            ("m mm s ss", "5 05 9 09"),
            ("S SS SSS SSSS SSSSSSSSS", "0 00 007 0070 007000000"),
            ("X x", "1709211909 1709211909007"),
            ("Z ZZ", "+00:00 +0000"),
            ("LT|LTS", "1:05 PM|1:05:09 PM"),
            ("L|l", "02/29/2024|2/29/2024"),
            ("LL|ll", "February 29, 2024|Feb 29, 2024"),
            ("LLL|lll", "February 29, 2024 1:05 PM|Feb 29, 2024 1:05 PM"),
            ("LLLL", "Thursday, February 29, 2024 1:05 PM"),
            ("llll", "Thu, Feb 29, 2024 1:05 PM"),
        ],
    );
}

#[test]
fn noon_and_midnight_read_as_people_say_them() {
    check(
        SUNDAY_NOON,
        UTC,
        &[("H h k a", "12 12 12 pm"), ("d e E", "0 0 7")],
    );
    check(FIRST_OF_2021, UTC, &[("H h hh k kk A", "0 12 12 24 24 AM")]);
}

#[test]
fn weeks_at_the_turn_of_the_year_belong_to_the_right_year() {
    check(
        LAST_OF_2019,
        UTC,
        &[("w W gg gggg GG GGGG", "1 1 20 2020 20 2020")],
    );
    check(
        FIRST_OF_2021,
        UTC,
        &[("w W gggg GGGG YYYY", "1 53 2021 2020 2021")],
    );
}

#[test]
fn the_zone_has_a_name_in_utc_only() {
    check(
        LEAP_DAY,
        Zone::Utc,
        &[("z zz Z", "UTC Coordinated Universal Time +00:00")],
    );
    check(LEAP_DAY, UTC, &[("z|zz", "|")]);
}

#[test]
fn local_time_crosses_days_and_years() {
    check(
        LEAP_DAY,
        Zone::Local(-300),
        &[("YYYY-MM-DDTHH:mm:ssZ", "2024-02-29T08:05:09-05:00")],
    );
    check(LEAP_DAY, Zone::Local(330), &[("HH:mm ZZ", "18:35 +0530")]);
    check(
        LAST_OF_2019,
        Zone::Local(-210),
        &[("DD HH Z X", "31 20 -03:30 1577836799")],
    );
    check(
        FIRST_OF_2021,
        Zone::Local(-480),
        &[("ddd D MMM YYYY HH", "Thu 31 Dec 2020 16")],
    );
}

#[test]
fn the_longest_token_wins_and_the_rest_starts_anew() {
    check(
        LEAP_DAY,
        UTC,
        &[
            ("YYY", "242024"),
            ("MMMMM DDDDD ddddd", "February2 06029 Thursday4"),
            ("ggg GGG", "24g 24G"),
            ("ZZZ", "+0000+00:00"),
            ("SSSSSSSSSS", "0070000000"),
            ("HHmm hhmm", "1305 0105"),
            ("w|W|", "w|W|"),
        ],
    );
}

#[test]
fn brackets_and_backslashes_quote_as_in_moment() {
    check(
        LEAP_DAY,
        UTC,
        &[
            ("[at] HH [o]", "at 13 o"),
            ("[YYYY]MM[DD]", "YYYY02DD"),
            ("[L] L", "L 02/29/2024"),
            (r"YYYY\MDD", "2024M29"),
            (r"\L", "L"),
            (r"\LTS", "LT0"),
            (r"\\", ""),
            ("\\", ""),
            ("[]YYYY", "2024"),
            ("[a[b]]", "[pmb]"),
            ("[a] YYYY ]x", "a] YYYY 1709211909007"),
            ("[YYYY", "[2024"),
        ],
    );
}

#[test]
fn letters_that_are_no_tokens_print_as_they_are() {
    check(
        LEAP_DAY,
        UTC,
        &[
            ("y yy N n T t U C G g o", "y yy N n T t U C G g o"),
            ("today", "to4pmy"),
            ("iso", "i9o"),
            ("YYYY\nMM", "202402"),
            ("année YYYY", "pmnné4 2024"),
        ],
    );
}

#[test]
fn ordinals_follow_english() {
    let day = |day: i64| LEAP_DAY - 29 * 86_400_000 + day * 86_400_000;
    for (number, expected) in [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
    ] {
        assert_eq!(rendered("Do", day(number), UTC), expected);
    }
    assert_eq!(
        rendered("Do DDDo", 1_704_067_200_000 + 110 * 86_400_000, UTC),
        "20th 111th"
    );
}

#[test]
fn times_before_the_epoch_count_backwards() {
    check(
        -1,
        UTC,
        &[(
            "YYYY-MM-DD HH:mm:ss.SSS X d",
            "1969-12-31 23:59:59.999 -1 3",
        )],
    );
}

proptest! {
    #[test]
    fn any_text_is_a_format_at_any_time(
        format in "[\\PC\\[\\]\\\\\n]{0,40}",
        tokens in "[MDdwWQYgGeEaAhHkmsSxXzZLlTo\\[\\]\\\\|]{0,40}",
        epoch_ms: i64,
        offset: i32,
    ) {
        for text in [&format, &tokens] {
            rendered(text, epoch_ms, Zone::Local(offset));
            rendered(text, epoch_ms, Zone::Utc);
        }
    }

    #[test]
    fn dates_ascend_with_time(earlier in -60_000_000_000_000_i64..200_000_000_000_000, step in 0_i64..100_000_000_000) {
        let date = |ms| rendered("YYYYYY-DDDD HH:mm:ss.SSS", ms, Zone::Utc);
        prop_assert!(date(earlier) <= date(earlier + step));
    }

    #[test]
    fn day_month_and_day_of_year_agree(epoch_ms in 0_i64..4_000_000_000_000) {
        let fields = rendered("YYYY M D DDD", epoch_ms, Zone::Utc);
        let fields: Vec<u32> = fields.split(' ').map(|field| field.parse().unwrap()).collect();
        let leap = u32::from(fields[0].is_multiple_of(if fields[0].is_multiple_of(100) { 400 } else { 4 }));
        let lengths = [31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let before: u32 = lengths.iter().take(fields[1] as usize - 1).sum();
        prop_assert!(fields[2] <= lengths[fields[1] as usize - 1]);
        prop_assert_eq!(fields[3], before + fields[2]);
    }
}
