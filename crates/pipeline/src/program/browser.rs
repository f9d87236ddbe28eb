//! The functions of VRL that a browser has: all that a pipeline may call, but for three.
//!
//! Each is named, because what `vrl::stdlib::all` names is linked: with zstd a library of C. `parse_grok`
//! would compile and then drop every record.

use vrl::compiler::Function;

/// What the others are called.
pub(super) const MISSING: [&str; 3] = ["decode_zstd", "encode_zstd", "parse_grok"];

macro_rules! functions {
    ($($name:ident)*) => {
        vec![$(Box::new(vrl::stdlib::$name) as Box<dyn Function>),*]
    };
}

/// All of them.
pub(super) fn functions() -> Vec<Box<dyn Function>> {
    functions![
        Abs Append Array Assert AssertEq BaseName Boolean Camelcase Ceil Chunks CommunityID
        Compact Contains ContainsAll DecodeBase16 DecodeBase64 DecodeCharset DecodeGzip
        DecodeLz4 DecodeMimeQ DecodePercent DecodePunycode DecodeSnappy DecodeZlib Del
        DirName Downcase EncodeBase16 EncodeBase64 EncodeCharset EncodeCsv EncodeGzip
        EncodeJson EncodeKeyValue EncodeLogfmt EncodeLz4 EncodePercent EncodePunycode
        EncodeSnappy EncodeZlib EndsWith Exists Filter Find Flatten Float Floor ForEach
        FormatInt FormatNumber FormatTimestamp FromEntries FromUnixTimestamp Get Haversine
        Includes Integer IpAton IpCidrContains IpNtoa IpNtop IpPton IpSubnet IpToIpv6
        Ipv6ToIpV4 IsArray IsBoolean IsEmpty IsFloat IsInteger IsIpv4 IsIpv6 IsJson IsNull
        IsNullish IsObject IsRegex IsString IsTimestamp Join Kebabcase Keys Length MapKeys
        MapValues Match MatchAny MatchArray MatchDatadogQuery Merge Mod Object
        ObjectFromArray ParseApacheLog ParseAwsAlbLog
        ParseAwsCloudWatchLogSubscriptionMessage ParseAwsVpcFlowLog ParseBytes ParseCbor
        ParseCef ParseCommonLog ParseCsv ParseDuration ParseFloat ParseGlog ParseInfluxDB
        ParseInt ParseJson ParseKeyValue ParseLogFmt ParseNginxLog ParseQueryString
        ParseRegex ParseRegexAll ParseRubyHash ParseTimestamp ParseTokens ParseUrl
        ParseUserAgent ParseXml ParseYaml Pascalcase Pop Push Range Redact Remove Replace
        ReplaceWith Round ScreamingSnakecase Set ShannonEntropy Sieve Slice Snakecase Split
        SplitPath StartsWith String StripAnsiEscapeCodes StripWhitespace Strlen
        TagTypesExternally Tally TallyValue Timestamp ToBool ToEntries ToFloat ToInt ToRegex
        ToString ToSyslogFacility ToSyslogFacilityCode ToSyslogLevel ToSyslogSeverity
        ToUnixTimestamp Truncate TypeDef Unflatten Unique Unnest Upcase UuidFromFriendlyId
        Values Zip
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::program::refused;

    #[test]
    fn a_browser_has_every_function_but_those_that_are_known_to_be_missing() {
        let names = |functions: Vec<Box<dyn Function>>| -> BTreeSet<_> {
            let names = functions.iter().map(|function| function.identifier());
            names.collect()
        };
        let mut there = names(functions());
        assert!(MISSING.iter().all(|name| there.insert(name)));
        assert_eq!(there, names(crate::program::functions()));
        for name in MISSING {
            assert!(
                refused::reason(name).is_none(),
                "{name} is refused everywhere"
            );
        }
    }
}
