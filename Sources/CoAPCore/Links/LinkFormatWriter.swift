// SPDX-License-Identifier: Apache-2.0

/// Writes links so that nothing in one can end it or begin another (RFC 6690 §2, the grammar).
enum LinkFormatWriter {
    static func link(_ link: Link) -> String {
        let target = PercentEncoding.escape(link.target.utf8) { byte in
            byte <= 0x20 || byte >= 0x7F || "<>\"\\^`{|}".utf8.contains(byte)
        }
        return "<\(target)>" + link.attributes.map(attribute).joined()
    }

    /// True for a parameter's name, which may end in `*` (RFC 5987 §3.2.1).
    static func isName(_ name: some BidirectionalCollection<UInt8>) -> Bool {
        let word = name.last == UInt8(ascii: "*") ? name.dropLast() : name[...]
        return !word.isEmpty && word.allSatisfy { PercentEncoding.isAllowed($0, also: nameMarks) }
    }

    private static let nameMarks = Set("!#$&+^`|".utf8)
    private static let extendedValueMarks = nameMarks.union("'%".utf8)

    private static func attribute(_ attribute: Link.Attribute) -> String {
        // There is no way to write such a name, and no way to say so here.
        guard isName(attribute.name.utf8) else { return "" }
        guard let value = attribute.value else { return ";\(attribute.name)" }
        return ";\(attribute.name)=\(written(value, of: attribute.name))"
    }

    private static func written(_ value: String, of name: String) -> String {
        // These stand bare: language tags, extended values, and numbers (RFC 7252 §7.2.1, RFC 6690 §3.3).
        if !value.isEmpty, name == "hreflang" || name.utf8.last == UInt8(ascii: "*") {
            return PercentEncoding.escape(value.utf8) { !PercentEncoding.isAllowed($0, also: extendedValueMarks) }
        }
        if name == "ct" || name == "sz", !value.isEmpty, value.utf8.allSatisfy({ 48...57 ~= $0 }) { return value }
        var quoted: [UInt8] = []
        for byte in value.utf8 {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { quoted.append(UInt8(ascii: "\\")) }
            quoted.append(byte)
        }
        return "\"\(String(decoding: quoted, as: UTF8.self))\""
    }
}
