//! A folder of the disk that holds Terraform's AWS provider, for machines without a registry.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The provider, as its folder below a mirror is called.
const PROVIDER: &str = "registry.terraform.io/hashicorp/aws";

/// Where administrators put mirrors, beside those that Terraform itself looks at.
const ROOTS: [&str; 8] = [
    "/opt",
    "/usr/local",
    "/usr/share",
    "/usr/lib",
    "/srv",
    "/var/lib",
    "/var/cache",
    "/mnt",
];

/// How far below such a folder a mirror is looked for.
const DEPTH: usize = 5;

/// Finds a mirror that holds the provider for this machine.
pub(crate) fn find() -> Option<PathBuf> {
    configured()
        .into_iter()
        .chain(variables())
        .chain(implied())
        .find(|root| holds_provider(root))
        .or_else(|| {
            let home = home();
            let roots = ROOTS.iter().map(PathBuf::from).chain(home);
            roots.into_iter().find_map(|root| search(&root, DEPTH))
        })
}

/// What the configuration of the command line says, so that only this provider comes from there.
pub(crate) fn configuration(mirror: Option<&Path>) -> String {
    let Some(mirror) = mirror else {
        return "disable_checkpoint = true\n".to_owned();
    };
    format!(
        r#"disable_checkpoint = true
provider_installation {{
  filesystem_mirror {{
    path    = "{}"
    include = ["{PROVIDER}"]
  }}
  direct {{
    exclude = ["{PROVIDER}"]
  }}
}}
"#,
        mirror.display()
    )
}

/// The mirrors that an existing configuration names.
fn configured() -> Vec<PathBuf> {
    let named = env::var_os("TF_CLI_CONFIG_FILE").map(PathBuf::from);
    let own = home().map(|home| home.join(".terraformrc"));
    let texts = named.into_iter().chain(own);
    let texts = texts.filter_map(|file| fs::read_to_string(file).ok());
    texts.flat_map(|text| paths(&text)).collect()
}

/// What stands behind each `path =`.
fn paths(configuration: &str) -> Vec<PathBuf> {
    let lines = configuration.lines().map(str::trim);
    lines
        .filter_map(|line| line.strip_prefix("path")?.trim_start().strip_prefix('='))
        .map(|value| PathBuf::from(value.trim().trim_matches('"')))
        .collect()
}

fn variables() -> impl Iterator<Item = PathBuf> {
    let names = ["TF_PROVIDER_MIRROR", "TF_PLUGIN_CACHE_DIR"];
    names.into_iter().filter_map(env::var_os).map(PathBuf::from)
}

/// The folders that Terraform looks at by itself.
fn implied() -> Vec<PathBuf> {
    let mut folders: Vec<_> = home()
        .into_iter()
        .flat_map(|home| {
            [
                ".terraform.d/plugins",
                ".terraform.d/plugin-cache",
                ".local/share/terraform/plugins",
            ]
            .map(|folder| home.join(folder))
        })
        .collect();
    folders.push("/usr/local/share/terraform/plugins".into());
    folders.push("/usr/share/terraform/plugins".into());
    folders
}

fn home() -> Option<PathBuf> {
    env::var_os("HOME").map(PathBuf::from)
}

/// Looks below a folder for a mirror, without what other projects have installed for themselves.
fn search(folder: &Path, depth: usize) -> Option<PathBuf> {
    if holds_provider(folder) {
        return Some(folder.to_owned());
    }
    if depth == 0 {
        return None;
    }
    let entries = fs::read_dir(folder).ok()?.flatten();
    let mut folders: Vec<_> = entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .filter(|path| {
            path.file_name().is_some_and(|name| {
                name != ".terraform" && name != ".git" && name != "node_modules"
            })
        })
        .collect();
    folders.sort();
    folders.iter().find_map(|folder| search(folder, depth - 1))
}

/// Whether the provider is there for this machine, unpacked or as an archive.
fn holds_provider(root: &Path) -> bool {
    let folder = root.join(PROVIDER);
    let platform = platform();
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let is_archive = entry
            .file_name()
            .to_string_lossy()
            .ends_with(&format!("_{platform}.zip"));
        is_archive
            || fs::read_dir(entry.path().join(&platform)).is_ok_and(|files| {
                files.flatten().any(|file| {
                    let name = file.file_name();
                    name.to_string_lossy().starts_with("terraform-provider-")
                })
            })
    })
}

/// This machine, as Terraform calls it.
fn platform() -> String {
    let system = match env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let processor = match env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{system}_{processor}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_is_one_when_it_holds_the_provider_for_this_machine() {
        let folder = env::temp_dir().join(format!("sluice-mirror-{}", std::process::id()));
        let version = folder.join("a/b").join(PROVIDER).join("5.100.0");
        fs::create_dir_all(version.join("plan9_mips")).unwrap();
        assert_eq!(search(&folder, DEPTH), None);
        let here = version.join(platform());
        fs::create_dir_all(&here).unwrap();
        assert_eq!(search(&folder, DEPTH), None);
        fs::write(here.join("terraform-provider-aws_v5"), "").unwrap();
        assert_eq!(search(&folder, DEPTH), Some(folder.join("a/b")));
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_configuration_that_is_written_is_read_back() {
        let written = configuration(Some(Path::new("/opt/mirror")));
        assert_eq!(paths(&written), [PathBuf::from("/opt/mirror")]);
    }
}
