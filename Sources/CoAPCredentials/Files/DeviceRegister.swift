// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// The file that remembers which certificates were made for devices, and who was revoked: a certificate that was replaced is in
/// no other file.
struct DeviceRegister: Codable, Equatable {
    /// A moment, as text in the file.
    struct Moment: Codable, Equatable {
        let seconds: Int64

        init(_ seconds: Int64) { self.seconds = seconds }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            guard let seconds = UTCTime.seconds(try container.decode(String.self)) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "no moment")
            }
            self.seconds = seconds
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(UTCTime.text(seconds))
        }
    }

    /// One certificate that was made for a device.
    struct Certificate: Codable, Equatable {
        let device: String
        /// In hexadecimal.
        let serial: String
        /// The SHA-256 hash, in hexadecimal; empty where no more is known than what a revocation list says.
        let fingerprint: String
        /// Its last second.
        let expires: Moment
        /// The last second it is good in since another one took its place or it was revoked; nil while it stands.
        var until: Moment?
        /// True when it was good no more from the moment on that this was written, whatever the clocks say: one that goes before
        /// must not keep it good until then.
        var isOver: Bool?
        /// True when another authority signed it, whose list it belongs on.
        var isForeign: Bool?
        /// The identifier of the key that signed it, in hexadecimal; nil where it is older than this field.
        var authority: String?

        /// True when this is what a list says of another certificate.
        func isListed(as other: Certificate) -> Bool {
            fingerprint.isEmpty && serial == other.serial
                && (authority == nil || other.authority == nil || authority == other.authority)
        }

        /// The same for a server: by its fingerprint, or by its serial number where the fingerprint is not known.
        func retired(until end: Int64) -> RetiredCertificate? {
            if let bytes = Hexadecimal.decode(fingerprint), bytes.count == 32 {
                return RetiredCertificate(fingerprint: bytes, until: end)
            }
            // libcrypto writes zero with one digit, and a sign before a negative number.
            let digits = serial.drop { $0 == "-" }
            return Hexadecimal.decode(digits.count.isMultiple(of: 2) ? digits : "0" + digits).map {
                RetiredCertificate(
                    serialNumber: $0, authority: authority.flatMap { Hexadecimal.decode($0) }, until: end)
            }
        }

        /// True when nobody may be let in by it any more.
        func isOver(at now: Int64) -> Bool { isOver == true || until.map { $0.seconds <= now } ?? false }

        /// True when a device may be let in by it.
        func isGood(at now: Int64) -> Bool { expires.seconds >= now && !isOver(at: now) }
    }

    /// A device that was revoked.
    struct Revocation: Codable, Equatable {
        let device: String
        let on: Moment
    }

    /// 100,000 certificates of 400 bytes, and more that were replaced.
    private static let maximumSize = 128 << 20

    var certificates: [Certificate] = []
    var revoked: [Revocation] = []

    init() {}

    /// Reads the file; one that is not there is empty.
    init(path: String) throws(CoAPError) {
        guard !FileWriter.isMissing(path) else { return }
        // Nothing in it is secret, but whoever can write to it decides who stays revoked.
        let data = try CredentialFiles.secret(at: path, maximumSize: Self.maximumSize).withBytes { Data($0) }
        do {
            self = try JSONDecoder().decode(DeviceRegister.self, from: data)
        } catch {
            throw CoAPError(
                .invalidCredentials,
                "\(PrintableText.escaped(path.utf8)): this is not the register that 'coap keys' writes; put a copy of it back, "
                    + "as it says who is revoked")
        }
    }

    /// The file's text.
    func encoded() throws(CoAPError) -> Secret {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return Secret(try encoder.encode(self) + Data("\n".utf8))
        } catch {
            throw CoAPError(.internal, "cannot write the register of devices as JSON")
        }
    }

    /// How much is in it: `3 certificates, 1 device revoked`.
    var summary: String {
        let devices = Set(revoked.map(\.device)).count
        return "\(certificates.count) certificate\(certificates.count == 1 ? "" : "s"), "
            + "\(devices) device\(devices == 1 ? "" : "s") revoked"
    }

    /// When a device was revoked, in seconds since 1970; nil when it was not.
    func revocation(of device: String) -> Int64? { revoked.last { $0.device == device }?.on.seconds }

    /// Remembers a certificate, once.
    mutating func add(_ certificate: IssuedCertificate, of device: String) throws(CoAPError) {
        let entry = try Self.entry(certificate, of: device)
        if !certificates.contains(where: { $0.fingerprint == entry.fingerprint }) { add(entry) }
    }

    /// Remembers a certificate that is new here. Where a list was all that told of it, it is refused still.
    mutating func add(_ new: Certificate) {
        var entry = new
        if let index = certificates.firstIndex(where: { $0.isListed(as: entry) }) {
            let listed = certificates.remove(at: index)
            (entry.until, entry.isOver) = (listed.until, listed.isOver)
        }
        certificates.append(entry)
    }

    /// What is remembered of a certificate.
    static func entry(_ certificate: IssuedCertificate, of device: String) throws(CoAPError) -> Certificate {
        let summary = try certificate.summary()
        return Certificate(
            device: device, serial: try certificate.serial(), fingerprint: Hexadecimal.encode(summary.fingerprint),
            expires: Moment(summary.notAfter), authority: certificate.authorityKeyIdentifier)
    }

    /// Lets every certificate of a device that stands end at a moment at the latest.
    ///
    /// - Parameter end: the last second they are good in; one that is not behind `now` ends them at once.
    /// - Returns: how many that changed.
    mutating func retire(_ device: String, until end: Int64, now: Int64) -> Int {
        let isOver = end <= now
        // A moment before, so that they are not good in this second either.
        let last = isOver ? min(end, now - 1) : end
        var count = 0
        for index in certificates.indices where certificates[index].device == device {
            let entry = certificates[index]
            guard entry.expires.seconds >= now else { continue }
            if isOver { certificates[index].isOver = true }
            guard entry.isOver != true, entry.until.map({ $0.seconds > last }) ?? true else { continue }
            certificates[index].until = Moment(last)
            count += 1
        }
        return count
    }

    /// The certificates that ran out a day ago: no list needs them any more (RFC 5280 §3.3).
    func outdated(at now: Int64) -> [Certificate] { certificates.filter { $0.expires.seconds < now - 86_400 } }

    /// The own authorities' certificates that nobody may be let in by any more, and that have not run out.
    func refused(at now: Int64) -> [Certificate] {
        let revoked = Set(revoked.map(\.device))
        return certificates.filter { entry in
            entry.isForeign != true && entry.expires.seconds >= now - 86_400
                && (entry.isOver(at: now) || entry.until != nil && revoked.contains(entry.device))
        }
    }

    /// Forgets what is outdated.
    ///
    /// - Parameter isListed: true keeps what may be on the revocation list that stands: only a new one leaves it out.
    mutating func prune(now: Int64, isListed: Bool) {
        certificates.removeAll {
            $0.expires.seconds < now - 86_400 && !(isListed && $0.until != nil && $0.isForeign != true)
        }
    }

    /// The certificates that were replaced or revoked. The revoked ones are good at no moment.
    var retired: [RetiredCertificate] {
        let revoked = Set(revoked.map(\.device))
        return certificates.compactMap { entry in
            guard let until = entry.until else { return nil }
            let isOver = entry.isOver == true || revoked.contains(entry.device)
            return entry.retired(until: isOver ? .min : until.seconds)
        }
    }
}
