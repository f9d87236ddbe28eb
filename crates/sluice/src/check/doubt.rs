//! What may well be meant, and is said all the same.

use pipeline::Pipeline;

use crate::pipelines::Described;

/// What Hive writes as `%` and two digits in the name of a partition, beside control characters
/// (`escapePathName` of its `FileUtils`). A `/` never gets into one.
const ESCAPED_BY_HIVE: &[char] = &[
    '"', '#', '%', '\'', '*', ':', '=', '?', '\\', '{', '}', '[', ']', '^',
];

/// A folder `name=value` of this key that Hive would write in another way.
pub(super) fn hive(key: &str) -> Option<String> {
    let (folders, _) = key.rsplit_once('/')?;
    folders.split('/').find_map(|folder| {
        let (name, value) = folder.split_once('=')?;
        let letter = value.chars().find(|letter| ESCAPED_BY_HIVE.contains(letter))?;
        Some(format!(
            "the folder `{folder}` holds `{letter}`, which Hive and Spark would write as %{:02X}; the table of this pipeline reads it as it is, others do not: replace it in process.program, or mean `{name}` for that table alone",
            u32::from(letter)
        ))
    })
}

/// Pipelines that store the records of one stream in one folder: each record is there twice.
pub(super) fn twice(described: &[Described]) -> Vec<String> {
    let place = |pipeline: &Pipeline| {
        let stream = pipeline.stream().name.clone();
        let bucket = pipeline.bucket().to_owned();
        (stream, bucket, pipeline.config().folder())
    };
    let mut sentences = Vec::new();
    for (index, one) in described.iter().enumerate() {
        let here = place(&one.pipeline);
        let same = described[..index]
            .iter()
            .find(|other| place(&other.pipeline) == here);
        if let Some(other) = same {
            let (stream, bucket, folder) = here;
            sentences.push(format!(
                "{}: stores records of {stream} in s3://{bucket}/{folder}, and so does {}: each may be there twice, or displace the other; choose another folder in object.key unless their filters tell them apart",
                one.file.display(),
                other.file.display()
            ));
        }
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_doubted_that_hive_would_write_in_another_way() {
        let letter = |key: &str| hive(key).map(|said| said.contains("%3D"));
        assert_eq!(letter("a/region=x=y/dt=2026-11-22/"), Some(true));
        assert_eq!(letter("a/region=50%/x"), Some(false));
        for plain in ["a/region=eu west/", "a=b:c.json", "x:y/region=eu/", "{}/"] {
            assert_eq!(hive(plain), None, "{plain}");
        }
    }
}
