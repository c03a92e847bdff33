// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One entry of the file of pre-shared keys, as it is written there.
struct PreSharedKeyEntry: Decodable {
    let identity: String
    let key: String

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
        guard fields.allKeys.count == 2 else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "another field"))
        }
    }

    /// What is wrong with a file and where. None of its contents is shown, as it may be a key in the wrong place.
    static func explanation(of error: any Error) -> String {
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
            if case .dataCorrupted = error { return "this is not JSON\(place(of: context)); \(shape)" }
            return "this is not a JSON list; \(shape)"
        }
        if case .dataCorrupted = error { field = "there is a field besides 'identity' and 'key'; remove it" }
        return "entry \(index + 1): \(field ?? "it is not an object"); \(shape)"
    }

    /// Where the parser stopped, ` (line 3, column 5)`; empty when it does not say.
    private static func place(of context: DecodingError.Context) -> String {
        guard let error = context.underlyingError as? NSError,
            let text = error.userInfo[NSDebugDescriptionErrorKey] as? String,
            let start = text.range(of: "around line ")
        else { return "" }
        let numbers = text[start.upperBound...].split { !$0.isNumber }
        guard numbers.count == 2 else { return "" }
        return " (line \(numbers[0]), column \(numbers[1]))"
    }
}
