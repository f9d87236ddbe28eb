//! Fields that are drawn from lists and patterns.

use kdg::Entropy;

use super::Hand;
use super::draw::number;

const HEX: &[u8; 16] = b"0123456789abcdef";

const PHONES: [&str; 20] = [
    "###-###-####",
    "(###) ###-####",
    "1-###-###-####",
    "###.###.####",
    "###-###-####",
    "(###) ###-####",
    "1-###-###-####",
    "###.###.####",
    "###-###-#### x###",
    "(###) ###-#### x###",
    "1-###-###-#### x###",
    "###.###.#### x###",
    "###-###-#### x####",
    "(###) ###-#### x####",
    "1-###-###-#### x####",
    "###.###.#### x####",
    "###-###-#### x#####",
    "(###) ###-#### x#####",
    "1-###-###-#### x#####",
    "###.###.#### x#####",
];

/// Defines a field that is a word of a list.
macro_rules! words {
    ($($field:ident of $list:ident),*) => {
        impl Hand {
            $(
                pub(super) fn $field(&mut self, out: &mut Vec<u8>) {
                    let index = self.below(self.words.$list.len() as u64);
                    out.extend_from_slice(self.words.$list[index as usize].as_bytes());
                }
            )*
        }
    };
}

words! {
    first_name of first_names,
    last_name of last_names,
    country of countries,
    currency of currencies,
    language of languages,
    provider of providers,
    prefix of city_prefixes,
    suffix of city_suffixes,
    adjective of adjectives,
    material of materials,
    thing of products
}

impl Hand {
    pub(super) fn ip(&mut self, out: &mut Vec<u8>) {
        let [a, b, c, d, ..] = self.entropy.next_u64().to_be_bytes();
        number(a, out);
        for octet in [b, c, d] {
            out.push(b'.');
            number(octet, out);
        }
    }

    pub(super) fn uuid(&mut self, out: &mut Vec<u8>) {
        let [first, second] = [(); 2].map(|()| self.entropy.next_u64());
        let first = first & !0xf000 | 0x4000;
        let second = second & !(0b11 << 62) | (0b10 << 62);
        let mut text = [b'-'; 36];
        let places = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
        let bytes = first.to_be_bytes().into_iter().chain(second.to_be_bytes());
        for (byte, place) in bytes.zip(places) {
            text[place] = HEX[usize::from(byte >> 4)];
            text[place + 1] = HEX[usize::from(byte & 0xf)];
        }
        out.extend_from_slice(&text);
    }

    pub(super) fn email(&mut self, out: &mut Vec<u8>) {
        let start = out.len();
        let shape = self.below(3);
        self.first_name(out);
        if shape > 0 {
            out.push(b"._"[self.below(2) as usize]);
            self.last_name(out);
        }
        if shape != 1 {
            number(self.below(100), out);
        }
        // One name has a quote, which an address may not have.
        while let Some(quote) = out[start..].iter().position(|byte| *byte == b'\'') {
            out.remove(start + quote);
        }
        out.push(b'@');
        self.provider(out);
    }

    pub(super) fn phone(&mut self, out: &mut Vec<u8>) {
        for byte in PHONES[self.below(20) as usize].bytes() {
            let digit = byte == b'#';
            out.push(if digit {
                b'0' + self.below(10) as u8
            } else {
                byte
            });
        }
    }

    pub(super) fn city(&mut self, out: &mut Vec<u8>) {
        let shape = self.below(4);
        if shape < 2 {
            self.prefix(out);
            out.push(b' ');
        }
        if shape == 3 {
            self.last_name(out);
        } else {
            self.first_name(out);
        }
        if shape != 1 {
            self.suffix(out);
        }
    }

    pub(super) fn product(&mut self, out: &mut Vec<u8>) {
        self.adjective(out);
        out.push(b' ');
        self.material(out);
        out.push(b' ');
        self.thing(out);
    }
}
