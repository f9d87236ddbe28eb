//! Milliseconds since the epoch → what a calendar and a clock show.

use super::draw::two;

const MONTHS: [&[u8; 3]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

pub(super) struct Clock {
    pub(super) year: i64,
    pub(super) month: u32,
    pub(super) day: u32,
    /// Of the day.
    ms: u32,
}

impl Clock {
    pub(super) fn at(ms: i64) -> Self {
        // Years that start on 1 March, in eras of 400 of them.
        let days = ms.div_euclid(86_400_000) + 719_468;
        let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        Self {
            year: year + era * 400 + i64::from(month >= 10),
            month: if month < 10 { month + 3 } else { month - 9 } as u32,
            day: (day - (153 * month + 2) / 5 + 1) as u32,
            ms: ms.rem_euclid(86_400_000) as u32,
        }
    }

    pub(super) fn write_month(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(MONTHS[self.month as usize - 1]);
    }

    pub(super) fn write_time(&self, out: &mut Vec<u8>) {
        two(self.ms / 3_600_000, out);
        out.push(b':');
        two(self.ms / 60_000 % 60, out);
        out.push(b':');
        two(self.ms / 1_000 % 60, out);
    }

    pub(super) fn write_millisecond(&self, out: &mut Vec<u8>) {
        out.push(b'0' + (self.ms / 100 % 10) as u8);
        two(self.ms % 100, out);
    }
}
