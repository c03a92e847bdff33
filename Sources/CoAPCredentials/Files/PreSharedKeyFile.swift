// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// The file of pre-shared keys: a JSON list of `{"identity": "…", "key": "hexadecimal digits"}`.
struct PreSharedKeyFile {
    static let maximumEntries = 100_000

    private struct Entry: Codable {
        var identity: String
        var key: String
    }

    /// The keys in the file's order, identities unique.
    private(set) var keys: [PreSharedKey]

    init(_ keys: [PreSharedKey] = []) { self.keys = keys }

    /// Reads the file.
    init(path: String) throws(CoAPError) {
        func bad(_ what: String) -> CoAPError { CoAPError(.invalidCredentials, "\(path): \(what)") }
        var data = try CredentialFiles.secret(at: path).withBytes { Data($0) }
        defer { data.resetBytes(in: 0..<data.count) }
        guard let entries = try? JSONDecoder().decode([Entry].self, from: data) else {
            throw bad(#"this is not a JSON list of {"identity": "…", "key": "hexadecimal digits"}; mend it by hand"#)
        }
        guard entries.count <= Self.maximumEntries else {
            throw bad("there are more than \(Self.maximumEntries) keys in it; divide them over several servers")
        }
        keys = []
        var seen: Set<String> = []
        for (index, entry) in entries.enumerated() {
            let name = "entry \(index + 1), identity '\(PrintableText.escaped(entry.identity.utf8))'"
            guard seen.insert(entry.identity).inserted else { throw bad("\(name): it stands there twice; keep one") }
            guard let bytes = Hexadecimal.decode(entry.key) else {
                throw bad("\(name): the key is not hexadecimal; write pairs of digits 0-9 and a-f")
            }
            guard bytes.count >= 8 else {
                throw bad("\(name): a key of \(bytes.count) bytes can be guessed; take 16 random bytes or more")
            }
            do throws(CoAPError) {
                keys.append(try PreSharedKey(identity: entry.identity, key: Secret(bytes)))
            } catch {
                throw bad("\(name): \(error.message)")
            }
        }
    }

    /// Adds a key; one with the same identity must not be there.
    mutating func add(_ key: PreSharedKey) { keys.append(key) }

    /// The file's text.
    func encoded() throws(CoAPError) -> Secret {
        // One entry a line, for people who look into it.
        let lines = keys.map { key in
            let digits = key.key.withBytes { Hexadecimal.encode($0) }
            let identity = (try? JSONEncoder().encode(String(decoding: key.identity, as: UTF8.self))) ?? Data()
            return "  {\"identity\": \(String(decoding: identity, as: UTF8.self)), \"key\": \"\(digits)\"}"
        }
        return Secret(("[\n" + lines.joined(separator: ",\n") + "\n]\n").utf8)
    }
}
