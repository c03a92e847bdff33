// SPDX-License-Identifier: Apache-2.0

extension SenMLRecord: Codable {
    /// Any label, so that those which must be understood are seen.
    private struct AnyLabel: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Reads a record with the labels of JSON (RFC 8428 §5): `bn`, `n`, `v` and so on, bytes in base64url.
    ///
    /// - Throws: `DecodingError` when a field has the wrong type, the version is not from 1 to 10, there is more than one
    ///   value, or a label that ends in `_` is unknown (§4.4).
    public init(from decoder: any Decoder) throws {
        self.init()
        for key in try decoder.container(keyedBy: AnyLabel.self).allKeys
        where SenMLLabel(rawValue: key.stringValue) == nil && SenMLLabel.mustBeUnderstood(key.stringValue) {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath + [key], debugDescription: "a label that must be understood"))
        }
        let container = try decoder.container(keyedBy: SenMLLabel.self)
        for label in SenMLLabel.allCases where container.contains(label) {
            guard let field = try Self.field(label, of: container), set(label, to: field) else {
                throw DecodingError.dataCorruptedError(
                    forKey: label, in: container, debugDescription: "SenML does not allow this here")
            }
        }
    }

    private static func field(
        _ label: SenMLLabel, of container: KeyedDecodingContainer<SenMLLabel>
    ) throws -> SenMLField? {
        switch label {
        case .baseName, .baseUnit, .name, .unit, .string: .string(try container.decode(String.self, forKey: label))
        case .bool: .bool(try container.decode(Bool.self, forKey: label))
        case .data: Base64URL.decode(try container.decode(String.self, forKey: label)).map(SenMLField.data)
        default: .number(try container.decode(Double.self, forKey: label))
        }
    }

    /// Writes the record with the labels of JSON (RFC 8428 §5), bytes in base64url.
    ///
    /// - Throws: `EncodingError` where the encoder cannot write a number, as JSON those that are not finite.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: SenMLLabel.self)
        for (label, field) in fields {
            switch field {
            case .number(let number): try container.encode(number, forKey: label)
            case .string(let text): try container.encode(text, forKey: label)
            case .bool(let flag): try container.encode(flag, forKey: label)
            case .data(let bytes): try container.encode(Base64URL.encode(bytes), forKey: label)
            }
        }
    }
}
