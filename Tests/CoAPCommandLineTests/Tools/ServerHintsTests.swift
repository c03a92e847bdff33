// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import Testing

@testable import CoAPCommandLine

@Suite("The lines that coap-server offers")
struct ServerHintsTests {
    private let uri = CoAPURI(scheme: .coaps, host: "::", port: 7)

    private func lines(_ folder: TemporaryFolder) -> [String] {
        ServerHints.text(for: uri, ServerHints(KeyFolder(path: folder.path("keys")))).split(separator: "\n")
            .map(String.init)
    }

    @Test("The first identity that can be typed; other clients get its key if that is text")
    func identity() throws {
        let folder = try TemporaryFolder()
        _ = try KeyFolder(path: folder.path("keys")).initialize()
        let keys = "--keys \(folder.path("keys"))"
        #expect(
            lines(folder) == [
                "  coap-get --identity device-1 \(keys) coaps://localhost:7/sensors/temperature",
                "  coap-put --identity device-1 \(keys) -e on coaps://localhost:7/actuators/led",
                "  coap-client-openssl -m get -u device-1 -k \"$(coap keys show device-1 \(keys))\" "
                    + "coaps://localhost:7/sensors/temperature",
            ])
        let entries =
            #"[{"identity": "-x", "key": "0011223344556677"}, {"identity": "a b", "key": "0011223344556677"}]"#
        try folder.write(entries.utf8, to: "keys/psk.json")
        #expect(
            lines(folder) == [
                "  coap-get --identity 'a b' \(keys) coaps://localhost:7/sensors/temperature",
                "  coap-put --identity 'a b' \(keys) -e on coaps://localhost:7/actuators/led",
            ])
    }

    @Test("A certificate where there is no key; else how to add a device")
    func certificate() throws {
        let folder = try TemporaryFolder()
        let keys = KeyFolder(path: folder.path("keys"))
        _ = try keys.initialize()
        try folder.write("[]".utf8, to: "keys/psk.json")
        let files = "-c \(keys.certificatePath(ofDevice: "device-1")) -j \(keys.keyPath(ofDevice: "device-1"))"
        let expected = "  coap-get \(files) -C \(keys.certificateAuthorityPath) coaps://localhost:7/sensors/temperature"
        #expect(lines(folder).first == expected)
        try FileManager.default.removeItem(atPath: keys.keyPath(ofDevice: "device-1"))
        #expect(
            lines(folder)
                == ["  no device has a key or certificate here; add one with: coap keys add NAME --keys \(keys.path)"])
    }
}
