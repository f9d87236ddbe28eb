//! A seed → the random numbers that records are drawn from.

use std::any::Any;

/// A source of random bits. Nothing else in this crate is left to chance.
pub trait Entropy {
    /// The next 64 independent, uniformly distributed bits.
    fn next_u64(&mut self) -> u64;

    /// Turns to the bits that belong to the record `number`, whichever were
    /// drawn before. A source that is not repeatable just goes on.
    fn begin_record(&mut self, number: u64) {
        let _ = number;
    }
}

/// Where the bits of a scene come from. Those of a seed, of which millions of
/// records are made, are drawn without a detour.
pub(crate) enum Source {
    Seeded(SeededEntropy),
    Other(Box<dyn Entropy + Send>),
}

impl Source {
    pub(crate) fn new(entropy: impl Entropy + Send + 'static) -> Self {
        let mut entropy = Some(entropy);
        let any: &mut dyn Any = &mut entropy;
        let seeded = any.downcast_mut::<Option<SeededEntropy>>();
        match (seeded.and_then(Option::take), entropy) {
            (None, Some(entropy)) => Self::Other(Box::new(entropy)),
            (seeded, _) => Self::Seeded(seeded.unwrap_or_else(|| SeededEntropy::new(0))),
        }
    }
}

impl Entropy for Source {
    #[inline]
    fn next_u64(&mut self) -> u64 {
        match self {
            Self::Seeded(entropy) => entropy.next_u64(),
            Self::Other(entropy) => entropy.next_u64(),
        }
    }

    fn begin_record(&mut self, number: u64) {
        match self {
            Self::Seeded(entropy) => entropy.begin_record(number),
            Self::Other(entropy) => entropy.begin_record(number),
        }
    }
}

/// xoshiro256++, seeded through `SplitMix64` as its authors recommend.
///
/// "This template, this seed, these bytes" is a promise to users, so the
/// algorithm is written out here: a crate may change its own between versions,
/// and several differ between 32-bit and 64-bit platforms.
/// It is not suited to secrets. Source: <https://prng.di.unimi.it/xoshiro256plusplus.c>
#[derive(Debug, Clone)]
pub struct SeededEntropy {
    seed: u64,
    state: [u64; 4],
}

impl SeededEntropy {
    /// The sequence that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            state: spread(seed),
        }
    }

    /// The sequence that belongs to the record `number` of `seed`: its own, so
    /// that records can be made in any order and in several threads.
    pub fn for_record(seed: u64, number: u64) -> Self {
        let mut entropy = Self::new(seed);
        entropy.begin_record(number);
        entropy
    }
}

impl Entropy for SeededEntropy {
    #[inline]
    fn next_u64(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let drawn = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        drawn
    }

    fn begin_record(&mut self, number: u64) {
        // Mixed before and after, so that neither neighbouring seeds nor
        // neighbouring numbers lead to sequences that overlap.
        let mut mixed = self.seed;
        mixed = split_mix(&mut mixed) ^ number;
        self.state = spread(split_mix(&mut mixed));
    }
}

/// A whole number in `0..bound`, every one equally likely; 0 when `bound` is 0.
///
/// Lemire's method: a multiplication, and a division only in the rare case that
/// a draw might be biased.
#[inline]
pub(crate) fn below(entropy: &mut (impl Entropy + ?Sized), bound: u64) -> u64 {
    let product = u128::from(entropy.next_u64()) * u128::from(bound);
    if low_half(product) < bound {
        unbiased(entropy, bound, product)
    } else {
        high_half(product)
    }
}

/// Draws again as long as the draw is one of those that would favour a number.
#[cold]
fn unbiased(entropy: &mut (impl Entropy + ?Sized), bound: u64, mut product: u128) -> u64 {
    let biased = bound.wrapping_neg() % bound;
    while low_half(product) < biased {
        product = u128::from(entropy.next_u64()) * u128::from(bound);
    }
    high_half(product)
}

/// A whole number in `low..=high`; `low` where they are swapped.
pub(crate) fn between(entropy: &mut (impl Entropy + ?Sized), low: u64, high: u64) -> u64 {
    // A fixed number draws nothing.
    if high <= low {
        return low;
    }
    low.saturating_add(below(entropy, (high - low).saturating_add(1)))
}

/// A fraction in `0.0..1.0`, a multiple of 2⁻⁵³.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit an f64 exactly")]
pub(crate) fn fraction(entropy: &mut (impl Entropy + ?Sized)) -> f64 {
    const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
    (entropy.next_u64() >> 11) as f64 * STEP
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the low half is what is asked for"
)]
fn low_half(product: u128) -> u64 {
    product as u64
}

fn high_half(product: u128) -> u64 {
    (product >> 64) as u64
}

/// A state far from that of any neighbour.
fn spread(seed: u64) -> [u64; 4] {
    let mut counter = seed;
    std::array::from_fn(|_| split_mix(&mut counter))
}

fn split_mix(counter: &mut u64) -> u64 {
    *counter = counter.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *counter;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_gives_the_numbers_of_its_authors() {
        let mut entropy = SeededEntropy {
            seed: 0,
            state: [1, 2, 3, 4],
        };
        let drawn: [u64; 5] = std::array::from_fn(|_| entropy.next_u64());
        let reference = [
            41_943_041,
            58_720_359,
            3_588_806_011_781_223,
            3_591_011_842_654_386,
            9_228_616_714_210_784_205,
        ];
        assert_eq!(drawn, reference);
    }

    #[test]
    fn the_seed_is_spread_as_the_authors_recommend() {
        let mut counter = 1_234_567;
        let drawn: [u64; 3] = std::array::from_fn(|_| split_mix(&mut counter));
        let reference = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(drawn, reference);
    }

    #[test]
    fn a_bounded_draw_reaches_every_number_and_none_beyond() {
        let mut entropy = SeededEntropy::new(1);
        let mut seen = [0_u32; 6];
        for _ in 0..6_000 {
            let drawn = usize::try_from(below(&mut entropy, 6)).unwrap();
            seen[drawn] += 1;
        }
        assert!(
            seen.iter().all(|count| (850..1_150).contains(count)),
            "{seen:?}"
        );
        assert_eq!(below(&mut entropy, 1), 0);
        assert_eq!(below(&mut entropy, 0), 0);
    }

    #[test]
    fn a_draw_that_would_be_biased_is_drawn_again() {
        /// Gives 0, the one draw that is rejected for bound 3, and then the rest.
        struct Script(u64);
        impl Entropy for Script {
            fn next_u64(&mut self) -> u64 {
                self.0 += 1;
                if self.0 == 1 { 0 } else { u64::MAX }
            }
        }
        let mut script = Script(0);
        assert_eq!(below(&mut script, 3), 2);
        assert_eq!(script.0, 2);
    }

    #[test]
    fn every_record_of_every_seed_has_bits_of_its_own() {
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..100 {
            let mut entropy = SeededEntropy::new(seed);
            for number in 0..100 {
                entropy.begin_record(number);
                let mut again = SeededEntropy::for_record(seed, number);
                for _ in 0..4 {
                    let drawn = entropy.next_u64();
                    assert_eq!(drawn, again.next_u64());
                    assert!(seen.insert(drawn), "seed {seed}, record {number}");
                }
            }
        }
    }

    #[test]
    fn a_fraction_is_never_one() {
        struct Highest;
        impl Entropy for Highest {
            fn next_u64(&mut self) -> u64 {
                u64::MAX
            }
        }
        assert!(fraction(&mut Highest) < 1.0);
    }
}
