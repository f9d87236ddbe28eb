//! What a process keeps from one batch to the next.

use std::hint;

/// An event from which on memory is kept: what it takes is above glibc's first threshold.
const LARGE_EVENT_BYTES: usize = 128 * 1024;

/// The largest block that glibc learns from, 32 MiB on 64 bits (`DEFAULT_MMAP_THRESHOLD_MAX`,
/// `mallopt(3)`), less what it adds itself.
const LARGEST_BLOCK_BYTES: usize = 31 * 1024 * 1024;

/// Lets the allocator keep what an event of this size takes for the next one.
///
/// glibc returns large blocks to the system until it has seen one freed, and from then on holds
/// blocks of that size, and twice as much at its end. Otherwise an event of 6 MB touches 1,000 to
/// 2,400 new pages each time, up to a third of its time. Nothing is touched here, so that the most
/// that a process holds stays the same.
pub(super) fn keep_for_next(event_bytes: usize) {
    if event_bytes >= LARGE_EVENT_BYTES {
        let block = Vec::<u8>::with_capacity(LARGEST_BLOCK_BYTES);
        drop(hint::black_box(block));
    }
}
