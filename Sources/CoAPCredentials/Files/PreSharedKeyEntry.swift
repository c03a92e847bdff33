// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One entry of the file of pre-shared keys, as it is written there.
struct PreSharedKeyEntry: Decodable {
    let identity: String
    let key: String
    let holder: String?
    let expires: String?

    private struct Field: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Field.self)
        identity = try fields.decode(String.self, forKey: Field(stringValue: "identity"))
        key = try fields.decode(String.self, forKey: Field(stringValue: "key"))
        holder = try fields.decodeIfPresent(String.self, forKey: Field(stringValue: "holder"))
        expires = try fields.decodeIfPresent(String.self, forKey: Field(stringValue: "expires"))
        let known: Set = ["identity", "key", "holder", "expires"]
        guard fields.allKeys.allSatisfy({ known.contains($0.stringValue) }) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "another field"))
        }
    }

    /// What is wrong with a file and where. None of its contents is shown, as it may be a key in the wrong place.
    static func explanation(of error: any Error, in data: Data) -> String {
        let shape = #"write [{"identity": "…", "key": "hexadecimal digits"}, …]"#
        guard let error = error as? DecodingError else { return "this is not JSON; \(shape)" }
        let context: DecodingError.Context
        var field: String?
        switch error {
        case .keyNotFound(let key, let found):
            context = found
            field = "'\(key.stringValue)' is missing"
        case .typeMismatch(_, let found), .valueNotFound(_, let found):
            context = found
            field = found.codingPath.dropFirst().first.map { "'\($0.stringValue)' is not text" }
        case .dataCorrupted(let found): context = found
        @unknown default: return "this is not JSON; \(shape)"
        }
        guard let index = context.codingPath.first?.intValue else {
            if case .dataCorrupted = error { return "this is not JSON\(place(in: data)); \(shape)" }
            return "this is not a JSON list; \(shape)"
        }
        if case .dataCorrupted = error {
            field = "there is a field besides 'identity', 'key', 'holder' and 'expires'; remove it"
        }
        return "entry \(index + 1): \(field ?? "it is not an object"); \(shape)"
    }

    /// Where it stops being JSON, ` from line 3 on`; empty when that cannot be told.
    private static func place(in data: Data) -> String {
        do {
            // The decoder does not say where it stopped; this parser does.
            _ = try JSONSerialization.jsonObject(with: data)
            return ""
        } catch {
            guard let text = (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String,
                let offset = text.split(whereSeparator: { !$0.isNumber }).last.flatMap({ Int($0) })
            else { return "" }
            return " from line \(data.prefix(offset).count { $0 == UInt8(ascii: "\n") } + 1) on"
        }
    }
}
