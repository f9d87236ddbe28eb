//! What a client cannot bring about: failures between the steps of a put.

use super::*;
use crate::s3::entry::{Attributes, Checksums};

fn open(folder: &tempfile::TempDir) -> Bucket {
    Bucket::open(folder.path().join("bucket"), 0).unwrap()
}

fn staged(bucket: &Bucket, body: &[u8]) -> (Entry, Staged) {
    let mut staged = bucket.stage();
    staged.write(body).unwrap();
    let entry = Entry {
        place: Place::Key,
        size: staged.size(),
        etag: format!("{:?}", staged.md5()),
        modified_ms: 0,
        attributes: Attributes::default(),
        checksums: Checksums::default(),
    };
    (entry, staged)
}

fn put(bucket: &Bucket, key: &str, body: &[u8]) -> Result<Entry, PutError> {
    let (entry, staged) = staged(bucket, body);
    bucket.put(key, entry, staged, &Condition::Always)
}

#[test]
fn a_put_whose_file_cannot_be_moved_changes_nothing_now_or_later() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = open(&folder);
    let old = put(&bucket, "k", b"old").unwrap();
    for key in ["k", "new"] {
        let (entry, mut staged) = staged(&bucket, b"longer");
        fs::remove_file(staged.in_file().unwrap().1).unwrap();
        let refused = bucket.put(key, entry, staged, &Condition::Always);
        assert!(matches!(refused, Err(PutError::Io(_))));
    }
    for bucket in [bucket, open(&folder)] {
        assert_eq!(bucket.find("k").as_ref(), Some(&old));
        assert_eq!(bucket.find("new"), None);
    }
}

#[test]
fn a_put_into_a_bucket_that_was_deleted_meanwhile_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = open(&folder);
    let (entry, begun) = staged(&bucket, b"late");
    assert!(bucket.remove_if_empty().unwrap());
    let late = bucket.put("k", entry, begun, &Condition::Always);
    assert!(matches!(late, Err(PutError::NoSuchBucket)));
    assert!(!folder.path().join("bucket").exists());
}

#[test]
fn a_file_of_the_user_is_replaced_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = open(&folder);
    let file = folder.path().join("bucket/k");
    fs::write(&file, b"of the user").unwrap();
    put(&bucket, "k", b"1").unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"1");
    assert!(open(&folder).find("k").is_some());
}

#[test]
fn a_folder_of_the_user_moves_the_object_aside() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = open(&folder);
    fs::create_dir_all(folder.path().join("bucket/k/of the user")).unwrap();
    let entry = put(&bucket, "k", b"1").unwrap();
    let again = open(&folder);
    assert_eq!(again.find("k").as_ref(), Some(&entry));
    assert_eq!(fs::read(again.path("k", &entry)).unwrap(), b"1");
}

#[test]
fn a_file_that_a_user_lays_at_a_deleted_key_stays() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = open(&folder);
    put(&bucket, "k", b"1").unwrap();
    bucket.delete("k", &Condition::Always).unwrap();
    let file = folder.path().join("bucket/k");
    fs::write(&file, b"of the user").unwrap();
    assert_eq!(open(&folder).find("k"), None);
    assert!(file.exists());
}

#[test]
fn a_delete_that_was_cut_off_behind_the_file_is_completed() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = open(&folder);
    put(&bucket, "k", b"1").unwrap();
    fs::remove_file(folder.path().join("bucket/k")).unwrap();
    assert_eq!(open(&folder).find("k"), None);
}

#[test]
fn a_journal_that_is_mostly_history_is_rewritten_and_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = open(&folder);
    let entry = put(&bucket, "k", b"1").unwrap();
    {
        let mut state = bucket.write();
        for _ in 0..10_100 {
            state.journal.append(&Line::put("k", &entry, None)).unwrap();
        }
    }
    let last = put(&bucket, "x", b"last").unwrap();
    let journal = folder.path().join("bucket/.sluice/journal");
    assert_eq!(fs::read_to_string(journal).unwrap().lines().count(), 2);
    bucket.delete("k", &Condition::Always).unwrap();
    let again = open(&folder);
    assert_eq!(again.find("k"), None);
    assert_eq!(again.find("x"), Some(last));
}

#[test]
fn bytes_outlive_a_disk_that_refused_them_once() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = open(&folder);
    let incoming = folder.path().join("bucket/.sluice/incoming");
    let (_, mut staged) = staged(&bucket, b"precious");
    fs::remove_dir(&incoming).unwrap();
    assert!(staged.in_file().is_err());
    fs::create_dir(&incoming).unwrap();
    let path = staged.in_file().unwrap().1.to_owned();
    assert_eq!(fs::read(path).unwrap(), b"precious");
}

#[test]
fn an_object_whose_file_was_deleted_by_hand_is_gone_for_everyone() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = open(&folder);
    put(&bucket, "k", b"old").unwrap();
    fs::remove_file(folder.path().join("bucket/k")).unwrap();
    assert_eq!(bucket.find("k"), None);
    let (entry, staged) = staged(&bucket, b"new");
    bucket.put("k", entry, staged, &Condition::Absent).unwrap();
    assert_eq!(fs::read(folder.path().join("bucket/k")).unwrap(), b"new");
}
