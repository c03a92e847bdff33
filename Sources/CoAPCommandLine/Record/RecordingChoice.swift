// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator

/// Which of a server's resources are recorded, by what it lists and what was asked for.
struct RecordingChoice: Sendable {
    /// A resource that may be recorded.
    struct Candidate: Hashable, Sendable {
        /// Path and query on the server.
        var reference: CoAPURI.Reference
        /// The path in the scenario, `sensors/temperature`.
        var path: String
        /// What the server says of it; nil for one that it does not list.
        var link: CoAP.Link?
        /// True where it has to be recorded: somebody named it, or it says that it is a sensor or actuator.
        var isWanted: Bool

        /// True when it says that it can be observed.
        var isObservable: Bool { link?["obs"] != nil }

        /// The format with the most in it that it offers; nil leaves it to the server.
        var accept: ContentFormat? {
            let offered = Set((link?["ct"] ?? "").split(separator: " ").compactMap { UInt16($0) })
            return [ContentFormat.senMLJSON, .senMLCBOR].first { offered.contains($0.rawValue) }
        }
    }

    /// A resource that is not recorded, and why.
    struct Skipped: Hashable, Sendable {
        var path: String
        var reason: String
    }

    /// Those to look at, in the order of the list.
    private(set) var candidates: [Candidate] = []
    /// Those left out.
    private(set) var skipped: [Skipped] = []

    /// The most resources that are recorded, which is what a device of a scenario may have.
    static let maximum = 64

    /// The largest resource that is asked for without being named, in bytes.
    static let maximumSize = 4_096

    /// Chooses among links.
    ///
    /// - Parameters:
    ///   - links: what the server lists.
    ///   - paths: what was asked for: paths, perhaps with a query, or patterns with `*`; empty for all that may give numbers.
    init(_ links: LinkFormat, paths: [String]) {
        var known: Set<String> = []
        var unused = paths.map { $0.hasPrefix("/") ? $0 : "/" + $0 }
        for link in links.links {
            guard link.target.hasPrefix("/"), let reference = try? CoAPURI.Reference(link.target) else {
                skip(link.target, "it is on another server")
                continue
            }
            let target = "\(reference)"
            let meant = unused.filter { target == $0 || $0.contains("*") && NameGlob($0).matches(target) }
            unused.removeAll { $0 == target }
            guard paths.isEmpty || !meant.isEmpty, known.insert(target).inserted else { continue }
            add(reference, link, isNamed: !meant.isEmpty)
        }
        for path in unused where !path.contains("*") {
            guard let reference = try? CoAPURI.Reference(path), known.insert("\(reference)").inserted else { continue }
            add(reference, nil, isNamed: true)
        }
        let isSensor = candidates.contains(where: \.isWanted)
        if candidates.count > Self.maximum, isSensor {
            // What says nothing of itself makes room for sensors.
            for candidate in candidates where !candidate.isWanted {
                skip(candidate.path, "it is no sensor or actuator")
            }
            candidates.removeAll { !$0.isWanted }
        }
        for candidate in candidates.dropFirst(Self.maximum) {
            skip(candidate.path, "\(Self.maximum) resources are recorded at most; choose with --path")
        }
        candidates = Array(candidates.prefix(Self.maximum))
    }

    private mutating func skip(_ path: String, _ reason: String) { skipped.append(Skipped(path: path, reason: reason)) }

    private mutating func add(_ reference: CoAPURI.Reference, _ link: CoAP.Link?, isNamed: Bool) {
        let path = "\(CoAPURI.Reference(path: reference.path))"
        guard Self.isUsable(reference.path) else {
            return skip(path, "a scenario has no path with an empty part or with / { } * ? in a part")
        }
        guard isNamed || reference.path != [".well-known", "core"] else { return }
        guard !candidates.contains(where: { $0.path == path.dropFirst() }) else {
            return skip("\(reference)", "a scenario has \(path) once")
        }
        let interfaces = (link?["if"] ?? "").split(separator: " ")
        let isSensor =
            interfaces.contains { interface in
                ["core.s", "core.a", "core.p", "core.rp"].contains(interface) || interface.hasPrefix("sensor")
                    || interface.hasPrefix("actuator")
            } && !interfaces.contains("core.rp")
        if !isNamed, !isSensor {
            guard !interfaces.contains("core.rp") else { return skip(path, "it describes the device") }
            if let size = link?["sz"].flatMap({ Int($0) }), size > Self.maximumSize {
                return skip(path, "it is \(size) bytes long, which no number is")
            }
            let formats = (link?["ct"] ?? "").split(separator: " ").compactMap { UInt16($0) }
            guard formats.isEmpty || formats.contains(where: { Self.isReadable(ContentFormat(rawValue: $0)) }) else {
                return skip(path, "its format has no numbers")
            }
        }
        candidates.append(
            Candidate(reference: reference, path: String(path.dropFirst()), link: link, isWanted: isNamed || isSensor))
    }

    private static func isReadable(_ format: ContentFormat) -> Bool {
        format != .linkFormat && (format.isText || format.isJSON || format.isCBOR)
    }

    /// True for a path that can stand in a scenario as it is.
    private static func isUsable(_ path: [String]) -> Bool {
        !path.isEmpty
            && path.allSatisfy { part in
                !part.isEmpty && !part.contains { "/{}*?".contains($0) || $0.isWhitespace }
                    && PrintableText.escaped(part.utf8) == part
            }
    }
}
