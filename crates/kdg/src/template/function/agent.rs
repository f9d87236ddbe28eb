//! What browsers say of themselves.
//!
//! The browsers and versions are those of the years in which the KDG was
//! written, and two kinds lack a character: log parsers are tested with both.

use super::super::lists;
use super::draw;
use crate::scene::Scene;

use System::{Linux, Mac, Windows};

#[derive(Debug, Clone, Copy)]
enum System {
    Windows,
    Mac,
    Linux,
}

/// What writes the name of a browser on a system.
type Browser = fn(System, &mut Scene, &mut Vec<u8>);

/// Every browser: how many of 101 use it, and how many of 101 of those have
/// Windows or a Mac; the rest have Linux.
static BROWSERS: [(Browser, u64, u64, u64); 5] = [
    (chrome, 46, 90, 9),
    (explorer, 27, 101, 0),
    (firefox, 19, 84, 16),
    (safari, 7, 5, 96),
    (opera, 2, 92, 3),
];

/// `internet.userAgent`.
pub(super) fn user_agent(scene: &mut Scene, out: &mut Vec<u8>) {
    let mut drawn = scene.below(101);
    for (browser, share, windows, mac) in BROWSERS {
        if drawn < share {
            let on = scene.below(101);
            let system = if on < windows {
                Windows
            } else if on < windows + mac {
                Mac
            } else {
                Linux
            };
            return browser(system, scene, out);
        }
        drawn -= share;
    }
}

fn firefox(system: System, scene: &mut Scene, out: &mut Vec<u8>) {
    let major = draw::count(5, 15, scene);
    let [minor, patch] = [(); 2].map(|()| draw::count(0, 9, scene));
    push("Mozilla/5.0 (", out);
    match system {
        Windows => {
            windows_nt(scene, out);
            draw::word(&["", "; WOW64", "; Win64; x64"], scene, out);
        }
        Mac => {
            macintosh(b'.', scene, out);
        }
        Linux => linux(scene, out),
    }
    push("; rv:", out);
    version(&[major, minor], out);
    push(") Gecko/20100101 Firefox/", out);
    version(&[major, minor, patch], out);
}

fn explorer(_: System, scene: &mut Scene, out: &mut Vec<u8>) {
    let version = draw::count(7, 11, scene);
    if version == 11 {
        push("Mozilla/5.0 (Windows NT 6.", out);
        draw::whole(1, 3, scene, out);
        push("; Trident/7.0; ", out);
        draw::word(&["Touch; ", ""], scene, out);
        return push("rv:11.0) like Gecko", out);
    }
    push("Mozilla/5.0 (compatible; MSIE ", out);
    self::version(&[version, 0], out);
    push("; ", out);
    windows_nt(scene, out);
    push("; Trident/", out);
    draw::whole(3, 7, scene, out);
    draw::word(&[".0", ".1"], scene, out);
    if draw::coin(scene) {
        push("; .NET CLR ", out);
        draw::whole(1, 4, scene, out);
        push(".", out);
        draw::digit(scene, out);
        push(".", out);
        draw::whole(10_000, 99_999, scene, out);
        push(".", out);
        draw::digit(scene, out);
    }
    push(")", out);
}

fn opera(system: System, scene: &mut Scene, out: &mut Vec<u8>) {
    push("Opera/", out);
    draw::whole(9, 14, scene, out);
    push(".", out);
    draw::whole(0, 99, scene, out);
    push(" (", out);
    match system {
        Windows => windows_nt(scene, out),
        Mac => {
            push("Macintosh; Intel Mac OS X ", out);
            mac_version(b'.', scene, out);
        }
        Linux => linux(scene, out),
    }
    push(
        if matches!(system, Mac) {
            " U; "
        } else {
            "; U; "
        },
        out,
    );
    draw::word(lists::LANGUAGES, scene, out);
    push(" Presto/2.9.", out);
    draw::whole(160, 190, scene, out);
    push(" Version/", out);
    draw::whole(10, 12, scene, out);
    push(".00)", out);
}

fn safari(system: System, scene: &mut Scene, out: &mut Vec<u8>) {
    push("Mozilla/5.0 (", out);
    if matches!(system, Mac) {
        macintosh(b'_', scene, out);
        push(" rv:", out);
        draw::whole(2, 6, scene, out);
        push(".0; ", out);
        draw::word(lists::LANGUAGES, scene, out);
        push(") ", out);
    } else {
        push("Windows; U; ", out);
        windows_nt(scene, out);
        push(")", out);
    }
    let build = web_kit(scene, out);
    push(" Version/", out);
    draw::whole(4, 7, scene, out);
    push(".", out);
    draw::whole(0, 1, scene, out);
    push(".", out);
    draw::whole(0, 10, scene, out);
    push(" Safari/", out);
    version(&build, out);
}

fn chrome(system: System, scene: &mut Scene, out: &mut Vec<u8>) {
    push("Mozilla/5.0 (", out);
    match system {
        Windows => {
            push("Windows; U; ", out);
            windows_nt(scene, out);
            push(") ", out);
        }
        Mac => {
            macintosh(b'_', scene, out);
            push(")  ", out);
        }
        Linux => {
            linux(scene, out);
            push(" ", out);
        }
    }
    let build = web_kit(scene, out);
    push(" Chrome/", out);
    draw::whole(13, 39, scene, out);
    push(".0.", out);
    draw::whole(800, 899, scene, out);
    push(".0 Safari/", out);
    version(&build, out);
}

/// Writes the engine and gives its version, which is named again later.
fn web_kit(scene: &mut Scene, out: &mut Vec<u8>) -> [u32; 3] {
    let build = [(531, 538), (0, 2), (0, 2)].map(|(from, to)| draw::count(from, to, scene));
    push("AppleWebKit/", out);
    version(&build, out);
    push(" (KHTML, like Gecko)", out);
    build
}

fn windows_nt(scene: &mut Scene, out: &mut Vec<u8>) {
    push("Windows NT ", out);
    draw::whole(5, 6, scene, out);
    push(".", out);
    draw::whole(0, 3, scene, out);
}

fn macintosh(separator: u8, scene: &mut Scene, out: &mut Vec<u8>) {
    push("Macintosh; ", out);
    let processor = match scene.below(101) {
        0..49 => "Intel",
        49 => "PPC",
        50..98 => "U; Intel",
        _ => "U; PPC",
    };
    push(processor, out);
    push(" Mac OS X ", out);
    mac_version(separator, scene, out);
}

fn mac_version(separator: u8, scene: &mut Scene, out: &mut Vec<u8>) {
    push("10", out);
    out.push(separator);
    draw::whole(5, 10, scene, out);
    out.push(separator);
    draw::digit(scene, out);
}

fn linux(scene: &mut Scene, out: &mut Vec<u8>) {
    push("X11; Linux ", out);
    draw::word(&["i686", "x86_64"], scene, out);
}

fn version(parts: &[u32], out: &mut Vec<u8>) {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push(b'.');
        }
        draw::number(*part, out);
    }
}

fn push(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(text.as_bytes());
}
