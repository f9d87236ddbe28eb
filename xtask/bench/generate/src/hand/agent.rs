//! What browsers say of themselves.

use super::Hand;
use super::draw::number;

impl Hand {
    pub(super) fn user_agent(&mut self, out: &mut Vec<u8>) {
        let browser = self.below(101);
        let system = self.below(101);
        match browser {
            0..46 => self.chrome(system, out),
            46..73 => self.explorer(out),
            73..92 => self.firefox(system, out),
            92..99 => self.safari(system, out),
            _ => self.opera(system, out),
        }
    }

    fn chrome(&mut self, system: u64, out: &mut Vec<u8>) {
        out.extend_from_slice(b"Mozilla/5.0 (");
        if system < 90 {
            out.extend_from_slice(b"Windows; U; ");
            self.windows(out);
            out.extend_from_slice(b") ");
        } else if system < 99 {
            self.macintosh(b'_', out);
            out.extend_from_slice(b")  ");
        } else {
            self.linux(out);
            out.push(b' ');
        }
        let build = self.web_kit(out);
        out.extend_from_slice(b" Chrome/");
        number(13 + self.below(27), out);
        out.extend_from_slice(b".0.");
        number(800 + self.below(100), out);
        out.extend_from_slice(b".0 Safari/");
        version(&build, out);
    }

    fn explorer(&mut self, out: &mut Vec<u8>) {
        let version = 7 + self.below(5);
        if version == 11 {
            out.extend_from_slice(b"Mozilla/5.0 (Windows NT 6.");
            number(1 + self.below(3), out);
            out.extend_from_slice(b"; Trident/7.0; ");
            out.extend_from_slice(self.one_of(&["Touch; ", ""]));
            out.extend_from_slice(b"rv:11.0) like Gecko");
            return;
        }
        out.extend_from_slice(b"Mozilla/5.0 (compatible; MSIE ");
        number(version, out);
        out.extend_from_slice(b".0; ");
        self.windows(out);
        out.extend_from_slice(b"; Trident/");
        number(3 + self.below(5), out);
        out.extend_from_slice(self.one_of(&[".0", ".1"]));
        if self.below(2) == 0 {
            out.extend_from_slice(b"; .NET CLR ");
            number(1 + self.below(4), out);
            out.push(b'.');
            number(self.below(10), out);
            out.push(b'.');
            number(10_000 + self.below(90_000), out);
            out.push(b'.');
            number(self.below(10), out);
        }
        out.push(b')');
    }

    fn firefox(&mut self, system: u64, out: &mut Vec<u8>) {
        let [major, minor, patch] = [5 + self.below(11), self.below(10), self.below(10)];
        out.extend_from_slice(b"Mozilla/5.0 (");
        if system < 84 {
            self.windows(out);
            out.extend_from_slice(self.one_of(&["", "; WOW64", "; Win64; x64"]));
        } else if system < 100 {
            self.macintosh(b'.', out);
        } else {
            self.linux(out);
        }
        out.extend_from_slice(b"; rv:");
        version(&[major, minor], out);
        out.extend_from_slice(b") Gecko/20100101 Firefox/");
        version(&[major, minor, patch], out);
    }

    fn safari(&mut self, system: u64, out: &mut Vec<u8>) {
        out.extend_from_slice(b"Mozilla/5.0 (");
        if (5..101).contains(&system) {
            self.macintosh(b'_', out);
            out.extend_from_slice(b" rv:");
            number(2 + self.below(5), out);
            out.extend_from_slice(b".0; ");
            self.language(out);
            out.extend_from_slice(b") ");
        } else {
            out.extend_from_slice(b"Windows; U; ");
            self.windows(out);
            out.push(b')');
        }
        let build = self.web_kit(out);
        out.extend_from_slice(b" Version/");
        number(4 + self.below(4), out);
        out.push(b'.');
        number(self.below(2), out);
        out.push(b'.');
        number(self.below(11), out);
        out.extend_from_slice(b" Safari/");
        version(&build, out);
    }

    fn opera(&mut self, system: u64, out: &mut Vec<u8>) {
        out.extend_from_slice(b"Opera/");
        number(9 + self.below(6), out);
        out.push(b'.');
        number(self.below(100), out);
        out.extend_from_slice(b" (");
        if system < 92 {
            self.windows(out);
            out.push(b';');
        } else if system < 95 {
            out.extend_from_slice(b"Macintosh; Intel Mac OS X ");
            self.mac_version(b'.', out);
        } else {
            self.linux(out);
            out.push(b';');
        }
        out.extend_from_slice(b" U; ");
        self.language(out);
        out.extend_from_slice(b" Presto/2.9.");
        number(160 + self.below(31), out);
        out.extend_from_slice(b" Version/");
        number(10 + self.below(3), out);
        out.extend_from_slice(b".00)");
    }

    /// The engine, whose version is named again later.
    fn web_kit(&mut self, out: &mut Vec<u8>) -> [u64; 3] {
        let build = [531 + self.below(8), self.below(3), self.below(3)];
        out.extend_from_slice(b"AppleWebKit/");
        version(&build, out);
        out.extend_from_slice(b" (KHTML, like Gecko)");
        build
    }

    fn windows(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"Windows NT ");
        number(5 + self.below(2), out);
        out.push(b'.');
        number(self.below(4), out);
    }

    fn macintosh(&mut self, separator: u8, out: &mut Vec<u8>) {
        out.extend_from_slice(b"Macintosh; ");
        out.extend_from_slice(match self.below(101) {
            0..49 => b"Intel",
            49 => b"PPC",
            50..98 => b"U; Intel".as_slice(),
            _ => b"U; PPC",
        });
        out.extend_from_slice(b" Mac OS X ");
        self.mac_version(separator, out);
    }

    fn mac_version(&mut self, separator: u8, out: &mut Vec<u8>) {
        out.extend_from_slice(b"10");
        out.push(separator);
        number(5 + self.below(6), out);
        out.push(separator);
        number(self.below(10), out);
    }

    fn linux(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"X11; Linux ");
        out.extend_from_slice(self.one_of(&["i686", "x86_64"]));
    }
}

fn version(parts: &[u64], out: &mut Vec<u8>) {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push(b'.');
        }
        number(*part, out);
    }
}
