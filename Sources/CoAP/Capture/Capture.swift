// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Files that show Wireshark what goes over the wire: the datagrams, and the secrets that decrypt them. For finding faults, never
/// for daily use: with both files everything can be read that was sent and received, by whoever gets them.
///
/// ```swift
/// var configuration = ClientConfiguration()
/// configuration.capture = try Capture(keyLog: "/tmp/session.keys", packets: "/tmp/session.pcap")
/// ```
///
/// One value may serve several sessions and servers. Nothing is recorded unless a configuration holds one; environment
/// variables such as `SSLKEYLOGFILE` are not looked at. The files belong to their owner alone (mode 0600), are new ones, and
/// take ``maximumSize`` bytes each; what goes beyond is left out. While secrets are recorded clients do not offer
/// ChaCha20-Poly1305, and servers take it last, since Wireshark 4.0 cannot decrypt it over DTLS.
public final class Capture: Sendable {
    /// How many bytes a file takes: 1 GiB.
    public static let maximumSize = 1 << 30

    /// The secrets, in the NSS key log format; nil when they are not recorded.
    let keys: KeyLog?

    private let packets: CaptureFile?
    private let paths: (keyLog: String?, packets: String?)

    /// Makes the files.
    ///
    /// - Parameters:
    ///   - keyLog: the path of a new file for the secrets of each DTLS session, in the NSS key log format; nil for none.
    ///   - packets: the path of a new file for the datagrams, in the pcap format; nil for none.
    /// - Throws: `CoAPError` with code `fileUnavailable` for a file that exists or cannot be made.
    public init(keyLog: String? = nil, packets: String? = nil) throws(CoAPError) {
        paths = (keyLog, packets)
        if let keyLog {
            let file = try CaptureFile(keyLog)
            keys = KeyLog { file.write(Array($0) + [UInt8(ascii: "\n")]) }
        } else {
            keys = nil
        }
        if let packets {
            let file = try CaptureFile(packets)
            file.write(PacketRecord.fileHeader)
            self.packets = file
        } else {
            self.packets = nil
        }
    }

    /// True when datagrams are recorded.
    package var wantsPackets: Bool { packets != nil }

    /// What a person must be told before the first byte is recorded.
    public var warning: String {
        let files = [paths.keyLog, paths.packets].compactMap { $0.map { PrintableText.escaped($0.utf8) } }
        let danger =
            switch paths {
            case (_?, _?): "everything that is sent and received can be read with them"
            case (_?, nil):
                "everything that is sent and received, and was recorded by anybody, can be decrypted with it"
            case (nil, _): "every datagram stands in it, plain CoAP for all to read"
            }
        let they = files.count == 1 ? "it" : "them"
        return
            "CAPTURE IS ON, into \(files.joined(separator: " and ")): \(danger); keep \(they) secret, and remove \(they) when done"
    }

    /// Records one datagram.
    package func record(_ bytes: [UInt8], from source: SocketAddress, to destination: SocketAddress) {
        guard let packets else { return }
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        packets.write(
            PacketRecord.bytes(
                bytes, from: source, to: destination, seconds: Int64(time.tv_sec),
                microseconds: Int64(time.tv_nsec) / 1000))
    }
}

extension Capture: Hashable {
    /// True for one and the same capture.
    public static func == (lhs: Capture, rhs: Capture) -> Bool { lhs === rhs }

    /// Hashes which capture it is.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
