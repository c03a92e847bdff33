// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// The file of pre-shared keys: a JSON list of `{"identity": "…", "key": "hexadecimal digits"}`, with `"holder": "…"` where the
/// key belongs to another name than its identity and `"expires": "2026-12-04T12:00:00Z"` where it has an end.
struct PreSharedKeyFile {
    static let maximumEntries = 100_000

    /// Larger than other files: 100,000 entries of 160 bytes.
    static let maximumSize = 16 << 20

    /// The keys in the file's order, identities unique.
    var keys: [PreSharedKey]

    init(_ keys: [PreSharedKey] = []) { self.keys = keys }

    /// Reads the file.
    init(path: String) throws(CoAPError) {
        func bad(_ what: String) -> CoAPError {
            CoAPError(.invalidCredentials, "\(PrintableText.escaped(path.utf8)): \(what)")
        }
        var data = try CredentialFiles.secret(at: path, maximumSize: Self.maximumSize).withBytes { Data($0) }
        defer { data.resetBytes(in: 0..<data.count) }
        let entries: [PreSharedKeyEntry]
        do {
            entries = try JSONDecoder().decode([PreSharedKeyEntry].self, from: data)
        } catch {
            throw bad(PreSharedKeyEntry.explanation(of: error, in: data))
        }
        guard entries.count <= Self.maximumEntries else {
            throw bad("there are more than \(Self.maximumEntries) keys in it; divide them over several servers")
        }
        keys = []
        keys.reserveCapacity(entries.count)
        var places: [[UInt8]: Int] = [:]
        for (index, entry) in entries.enumerated() {
            let name = "entry \(index + 1), identity '\(PrintableText.escaped(entry.identity.utf8.prefix(255)))'"
            let identity = Array(entry.identity.utf8)
            if let place = places.updateValue(index, forKey: identity) {
                throw bad("\(name): entry \(place + 1) has the same identity; keep one of them")
            }
            guard var bytes = Hexadecimal.decode(entry.key) else {
                throw bad("\(name): the key is not hexadecimal; write pairs of digits 0-9 and a-f")
            }
            defer { bytes.wipe() }
            guard bytes.count >= CredentialFiles.minimumKeyLength else {
                throw bad("\(name): a key of \(bytes.count) bytes can be guessed; take 16 random bytes or more")
            }
            let notAfter = entry.expires.flatMap { UTCTime.seconds($0) }
            guard entry.expires == nil || notAfter != nil else {
                throw bad("\(name): 'expires' is no moment such as 2026-12-04T12:00:00Z")
            }
            do throws(CoAPError) {
                let holder = entry.holder.map { Array($0.utf8) }
                keys.append(
                    try PreSharedKey(identity: identity, key: Secret(bytes), holder: holder, notAfter: notAfter))
            } catch {
                throw bad("\(name): \(error.message)")
            }
        }
    }

    /// Adds a key; one with the same identity must not be there.
    mutating func add(_ key: PreSharedKey) { keys.append(key) }

    /// Refuses so many more keys that nothing could read the file any more.
    func requireRoom(for count: Int = 1) throws(CoAPError) {
        guard keys.count + count > Self.maximumEntries else { return }
        throw CoAPError(
            .invalidArgument,
            "there would be more than \(Self.maximumEntries) keys; divide the devices over several folders")
    }

    /// The file's text, one entry a line for people who look into it.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` for one that ``init(path:)`` would refuse to read.
    func encoded() throws(CoAPError) -> Secret {
        try requireRoom(for: 0)
        let identities: [Data]
        let further: [Data]
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .withoutEscapingSlashes
            identities = try keys.map { try encoder.encode(String(decoding: $0.identity, as: UTF8.self)) }
            further = try keys.map { key in
                var text = Data()
                if key.holder != key.identity {
                    text += Data(", \"holder\": ".utf8)
                    text += try encoder.encode(String(decoding: key.holder, as: UTF8.self))
                }
                if let end = key.notAfter { text += Data(", \"expires\": \"\(UTCTime.text(end))\"".utf8) }
                return text
            }
        } catch {
            throw CoAPError(.internal, "cannot write the identities of pre-shared keys as JSON")
        }
        // Room for all of it at once: growing would leave copies of the keys behind.
        var text: [UInt8] = []
        text.reserveCapacity(
            keys.indices.reduce(8) { $0 + 2 * keys[$1].key.count + identities[$1].count + further[$1].count + 32 })
        defer { text.wipe() }
        let digits = Array("0123456789abcdef".utf8)
        text += Array("[".utf8)
        for (index, key) in keys.enumerated() {
            text += Array("\(index == 0 ? "" : ",")\n  {\"identity\": ".utf8)
            text += identities[index]
            text += Array(", \"key\": \"".utf8)
            key.key.withBytes { bytes in
                for byte in bytes {
                    text.append(digits[Int(byte >> 4)])
                    text.append(digits[Int(byte & 0xF)])
                }
            }
            text += Array("\"".utf8)
            text += further[index]
            text += Array("}".utf8)
        }
        text += Array("\n]\n".utf8)
        guard text.count <= Self.maximumSize else {
            throw CoAPError(
                .invalidArgument,
                "the keys would take more than \(Self.maximumSize >> 20) MiB; divide the devices over several folders")
        }
        return Secret(text)
    }
}
