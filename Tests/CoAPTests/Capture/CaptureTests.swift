// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Foundation
import Testing

@testable import CoAP

@Suite("Capture for Wireshark")
struct CaptureTests {
    /// A folder for one test's files.
    private final class Folder: Sendable {
        let path = FileManager.default.temporaryDirectory.appending(path: "swift-coap-\(UUID().uuidString)").path
        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) }
        deinit { try? FileManager.default.removeItem(atPath: path) }
        func file(_ name: String) -> String { "\(path)/\(name)" }
    }

    /// The secrets by the random bytes of the client they belong to, both as digits.
    private func secrets(_ path: String) throws -> [String: String] {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        var secrets: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            try #require(words.count == 3 && words[0] == "CLIENT_RANDOM")
            secrets[words[1]] = words[2]
        }
        return secrets
    }

    /// The random bytes of a ClientHello, as digits; nil for other datagrams. They stand behind two headers and the version
    /// (RFC 6347 §4.1, §4.2.2).
    private func clientRandom(_ datagram: [UInt8]) -> String? {
        guard datagram.count > 59, datagram[0] == 22, datagram[13] == 1 else { return nil }
        return Hexadecimal.encode(datagram[27..<59])
    }

    private static let key = "a key of sixteen"

    @Test("Both ends record every datagram, and the secrets of the session", arguments: ["::1", "127.0.0.1"])
    func session(host: String) async throws {
        let folder = try Folder()
        var server = ServerConfiguration()
        server.capture = try Capture(keyLog: folder.file("server.keys"), packets: folder.file("server.pcap"))
        var client = ClientConfiguration.patient
        client.capture = try Capture(keyLog: folder.file("client.keys"), packets: folder.file("client.pcap"))
        let (configured, key) = (client, Secret(Self.key.utf8))
        let table = try PreSharedKeyTable([PreSharedKey(identity: "me", key: key)])
        let router = Router()
        router.get("hello") { _, _ in "hello" }
        let port = try await Loopback.withServer(
            router, endpoints: [.coaps(host, port: 0)], security: .preSharedKeys(table), configuration: server
        ) { uris in
            let security = try ClientSecurity.preSharedKey(identity: "me", key: key)
            try await CoAPClient.withSession(to: uris[0], security: security, configuration: configured) { session in
                let response = try await session.get("hello")
                #expect(response.text == "hello")
            }
            return uris[0].port
        }
        let recorded = try ["server", "client"].map { name in
            let file = try #require(CapturedFile(folder.file("\(name).pcap")))
            let secrets = try secrets(folder.file("\(name).keys"))
            #expect(secrets.count == 1 && secrets.first?.value.count == 96)
            let hellos = file.packets.compactMap { clientRandom($0.payload) }
            #expect(hellos.contains { secrets[$0] != nil })
            for packet in file.packets {
                #expect(packet.isSound && packet.isIPv6 == host.contains(":"))
                #expect(packet.source == packet.destination)
                #expect((packet.sourcePort == port) != (packet.destinationPort == port))
                #expect(abs(packet.time - Date().timeIntervalSince1970) < 600)
            }
            return (file, secrets)
        }
        #expect(recorded[0].1 == recorded[1].1)
        // Two hellos and their answer, two flights, the request and its response at least.
        for direction in [true, false] {
            let mine = recorded[1].0.packets.filter { ($0.destinationPort == port) == direction }.map(\.payload)
            let others = recorded[0].0.packets.filter { ($0.destinationPort == port) == direction }.map(\.payload)
            #expect(mine.count >= 3)
            #expect(Array(others.prefix(mine.count - 1)) == Array(mine.prefix(mine.count - 1)))
        }
    }

    @Test("Plain CoAP stands in the file as it is, and nothing is recorded without being asked for")
    func plain() async throws {
        let folder = try Folder()
        var client = ClientConfiguration.patient
        client.capture = try Capture(packets: folder.file("client.pcap"))
        let configured = client
        let router = Router()
        router.get("hello") { _, _ in "good morning" }
        try await Loopback.withServer(router) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .plain, configuration: configured) { session in
                _ = try await session.get("hello")
            }
            // Another session, without.
            try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                _ = try await session.get("hello")
            }
        }
        let file = try #require(CapturedFile(folder.file("client.pcap")))
        let messages = file.packets.compactMap { Message($0.payload) }
        #expect(messages.count { $0.code == Method.get.code } == 1)
        #expect(messages.contains { $0.payload == Array("good morning".utf8) })
    }

    @Test("The files are new and their owner's alone; links are not followed")
    func files() throws {
        let folder = try Folder()
        _ = try Capture(keyLog: folder.file("keys"), packets: folder.file("pcap"))
        for name in ["keys", "pcap"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.file(name))
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let again = #expect(throws: CoAPError.self) { try Capture(keyLog: folder.file(name)) }
            #expect(again?.code == .fileUnavailable && again?.message.contains("exists already") == true)
        }
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("link"), withDestinationPath: folder.file("elsewhere"))
        #expect(throws: CoAPError.self) { try Capture(packets: folder.file("link")) }
        #expect(!FileManager.default.fileExists(atPath: folder.file("elsewhere")))
        #expect(throws: CoAPError.self) { try Capture(packets: folder.file("nowhere/pcap")) }
    }

    @Test("A packet between an IPv4 address and one that is not known, and an empty one")
    func records() throws {
        let peer = try SocketAddress(bytes: [192, 0, 2, 1], port: 5683)
        let any = try SocketAddress(bytes: [UInt8](repeating: 0, count: 16), port: 5684)
        let mixed = PacketRecord.bytes([1, 2, 3], from: peer, to: any, seconds: 1, microseconds: 2)
        let packet = try #require(CapturedFile.Packet(Array(mixed.dropFirst(16))))
        #expect(!packet.isIPv6 && packet.isSound && packet.destination == [0, 0, 0, 0] && packet.payload == [1, 2, 3])
        let six = try SocketAddress(bytes: [0x20, 1] + [UInt8](repeating: 7, count: 14), port: 1)
        let empty = PacketRecord.bytes([], from: six, to: peer, seconds: 1, microseconds: 2)
        let mapped = try #require(CapturedFile.Packet(Array(empty.dropFirst(16))))
        #expect(mapped.isIPv6 && mapped.isSound && mapped.payload.isEmpty)
        #expect(mapped.destination.suffix(6) == [0xFF, 0xFF, 192, 0, 2, 1])
    }

    @Test("The warning names the files")
    func warning() throws {
        let folder = try Folder()
        let capture = try Capture(keyLog: folder.file("k"), packets: folder.file("p"))
        #expect(capture.warning.contains(folder.file("k")) && capture.warning.contains(folder.file("p")))
    }
}
