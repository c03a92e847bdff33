// SPDX-License-Identifier: Apache-2.0

/// Bytes from a peer, made safe to show: what a terminal or a log would act upon is escaped.
public enum PrintableText {
    /// The bytes as text on one line: control characters and bytes that are not UTF-8 become `\xNN`.
    public static func escaped(_ bytes: some Collection<UInt8>) -> String { escaped(bytes, keeping: []) }

    /// The bytes as text; line feeds and tabulators stay, other control characters become `\xNN`.
    public static func multiline(_ bytes: some Collection<UInt8>) -> String {
        escaped(bytes, keeping: ["\n", "\t"])
    }

    private static func escaped(_ bytes: some Collection<UInt8>, keeping kept: Set<Unicode.Scalar>) -> String {
        var result = ""
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        if String(validating: bytes, as: UTF8.self) == nil {
            return bytes.map { byte in
                let scalar = Unicode.Scalar(byte)
                return byte >= 0x20 && byte < 0x7F || kept.contains(scalar) ? String(Character(scalar)) : hex(byte)
            }.joined()
        }
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            if kept.contains(scalar) || !needsEscape(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { result += hex(byte) }
            }
        }
        return result
    }

    private static func hex(_ byte: UInt8) -> String { "\\x" + Hexadecimal.encode(CollectionOfOne(byte)) }

    private static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: true
        default: false
        }
    }
}
