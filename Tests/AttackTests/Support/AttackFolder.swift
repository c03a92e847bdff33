// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import Glibc

/// The credentials of the attacks, made once for all of them and removed when the tests end.
///
/// `device-1` is the operator, who may do everything; `device-2` is a device with a key of its own, which is what an attacker from
/// inside has; the third key has the longest identity there is.
final class AttackFolder: Sendable {
    /// The keys folder.
    let keys: KeyFolder
    /// Where everything is.
    let path: String
    let operatorKey: PreSharedKey
    let insiderKey: PreSharedKey
    let longKey: PreSharedKey
    /// A key nobody has agreed on with the server.
    let wrongKey: Secret

    private static let once = Task { try AttackFolder() }

    /// The tests' credentials.
    static var shared: AttackFolder { get async throws { try await once.value } }

    private init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "swift-coap-attack-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        keys = KeyFolder(path: path + "/keys")
        try keys.initialize(hostNames: ["localhost"])
        _ = try keys.addDevice(named: "device-2")
        operatorKey = try keys.preSharedKey(identity: "device-1")
        insiderKey = try keys.preSharedKey(identity: "device-2")
        func random() -> [UInt8] { (0..<16).map { _ in UInt8.random(in: 0...255) } }
        longKey = try PreSharedKey(identity: String(repeating: "a", count: 255), key: Secret(random()))
        wrongKey = Secret(random())
        let entries = [operatorKey, insiderKey, longKey].map { key in
            #"{"identity": "\#(String(decoding: key.identity, as: UTF8.self))", "key": "\#(Self.digits(key.key))"}"#
        }
        try Data("[\(entries.joined(separator: ","))]".utf8).write(to: URL(filePath: keys.preSharedKeysPath))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: keys.preSharedKeysPath)
        let folder = path
        LeftOvers.add(folder)
    }

    /// A key as `openssl` takes it.
    static func digits(_ key: Secret) -> String { key.withBytes { Hexadecimal.encode(Array($0)) } }

    /// The bytes of a file.
    static func read(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }
}

/// Folders that are removed when the tests end.
enum LeftOvers {
    private static let paths = Locked<[String]>([])

    static func add(_ path: String) {
        let isFirst = paths.withLock { paths in
            paths.append(path)
            return paths.count == 1
        }
        if isFirst { atexit { LeftOvers.remove() } }
    }

    private static func remove() {
        for path in paths.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
    }
}
