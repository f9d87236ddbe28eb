//! Terraform reads pipeline files with rules of its own, which `terraform/tests/wrong` tests: what
//! they refuse, and what is refused here, must not drift apart.

use std::{fs, path::Path};

use pipeline::{Pipeline, file::Problem};

#[test]
fn what_terraform_refuses_is_refused_here_for_the_same_fields() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../terraform/tests/wrong");
    let mut wholly_read = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "yaml") {
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        // Here the name of a function has no prefix yet.
        let fields: Vec<_> = source
            .lines()
            .filter_map(|line| line.strip_prefix("# says: "))
            .filter(|sentence| !sentence.contains("in this deployment"))
            .map(|sentence| sentence.split([' ', ':']).next().unwrap())
            .collect();
        let found = Pipeline::read(&path).unwrap_err();
        // What is no YAML of such a file ends the reading, where Terraform goes on.
        if let [only] = found.problems.as_slice() {
            let known = only.field.is_empty() || fields.contains(&only.field.as_str());
            assert!(known, "{found}");
            continue;
        }
        wholly_read += 1;
        for field in fields {
            let named = |found: &Problem| found.field.starts_with(field);
            assert!(
                found.problems.iter().any(named),
                "{field} is missing in {found}"
            );
        }
    }
    assert!(
        wholly_read > 5,
        "{wholly_read} files were read to their end"
    );
}
