// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP
import CoAPCredentials

extension CompletionKind {
    /// The identities that have a key in the keys folder that the command line names so far.
    static var identities: CompletionKind {
        .custom { words, _, _ in
            // A shell that completes has no place for errors.
            guard let keys = try? folder(words).preSharedKeys() else { return [] }
            return keys.compactMap { String(validating: $0.identity, as: UTF8.self) }
        }
    }

    /// The devices of that folder.
    static var devices: CompletionKind {
        .custom { words, _, _ in
            guard let devices = try? folder(words).devices() else { return [] }
            return devices.map(\.name)
        }
    }

    private static func folder(_ words: [String]) throws(CoAPError) -> KeyFolder {
        let place = words.lastIndex(of: "--keys").map { $0 + 1 }.flatMap { words.indices.contains($0) ? $0 : nil }
        return try KeysFolderOption.folder(named: place.map { words[$0] })
    }
}
