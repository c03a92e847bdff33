// SPDX-License-Identifier: Apache-2.0

import CoAP

/// What somebody asks to go wrong from now on: `stuck room-00*/sensors/temperature for 30 s`.
public struct FaultCommand: Hashable, Sendable {
    /// What goes wrong.
    public var kind: Fault.Kind
    /// With what.
    public var target: FaultTarget
    /// For how many simulated seconds, 0 to 2,592,000; 0 for one sample.
    public var duration: Double

    /// The longest that a fault may last: 30 days.
    public static let maximumDuration = 2_592_000.0

    /// The largest number a fault may have.
    static let maximumSize = 1e12

    /// A command.
    ///
    /// - Parameters:
    ///   - kind: what goes wrong.
    ///   - target: with what.
    ///   - duration: for how many simulated seconds; nil for the usual time: one sample of a spike, 5 s of a reboot, 60 s else.
    public init(_ kind: Fault.Kind, _ target: FaultTarget, duration: Double? = nil) {
        self.kind = kind
        self.target = target
        self.duration = duration ?? Self.usualDuration(of: kind)
    }

    /// The devices that it meets.
    package func devices(among all: [Device]) -> [Device] {
        target.resolved(among: all, for: kind).devices.map { all[$0] }
    }

    private static func usualDuration(of kind: Fault.Kind) -> Double {
        switch kind {
        case .spike: 0
        case .reboot: 5
        default: 60
        }
    }

    /// The fault as devices take it.
    public var fault: Fault {
        Fault(kind, resource: target.resource, devices: target.devices, .at(0), duration: duration)
    }

    /// The kind by its name and what it needs.
    ///
    /// - Throws: `ResponseError` with 4.00 that says what can be written.
    static func kind(_ name: String, size: Double?, farewell: Bool = true) throws(ResponseError) -> Fault.Kind {
        func needed(_ what: String) throws(ResponseError) -> Double {
            guard let size, size.isFinite else { throw refusal("\(name) takes a number, \(what)") }
            guard abs(size) <= maximumSize else {
                throw refusal("\(name) takes a number from -1e12 to 1e12, \(what)")
            }
            return size
        }
        switch name {
        case "stuck": return .stuck
        case "spike": return .spike(try needed("by how much the value jumps: spike 10 room-007/sensors/temperature"))
        case "dropout": return .dropout
        case "offset": return .offset(try needed("what is added: offset 3 room-*/sensors/temperature for 1 min"))
        case "drift":
            return .biasDrift(try needed("what is added in an hour: drift 2 room-007/sensors/temperature for 1 h"))
        case "nan": return .notANumber
        case "clock-skew":
            return .clockSkew(try needed("by how many seconds the clock is wrong: clock-skew 30 room-007"))
        case "reboot": return .reboot(farewell: farewell)
        default:
            let shown = PrintableText.escaped(name.utf8.prefix(40))
            throw refusal(shown.isEmpty ? "it says nothing" : "'\(shown)' is no fault")
        }
    }

    /// The kinds by name, those that take a number with it.
    static let names = ["stuck", "spike", "dropout", "offset", "drift", "nan", "clock-skew", "reboot"]

    /// True for the kinds that take a number.
    static func takesNumber(_ name: String) -> Bool { ["spike", "offset", "drift", "clock-skew"].contains(name) }

    /// The refusal of something that is no command.
    static func refusal(_ reason: String) -> ResponseError {
        ResponseError(.badRequest, "\(reason); GET this resource shows what can be written")
    }

    /// What can be written.
    static let help = """
        Write one of
          stuck room-00*/sensors/temperature for 30 s
          offset 3 room-*/sensors/temperature for 1 min
          spike 10 room-007/sensors/temperature
          drift 2 room-007/sensors/temperature for 1 h
          dropout room-007/sensors/temperature for 30 s
          nan room-007/sensors/temperature for 30 s
          clock-skew 30 room-007 for 10 min
          reboot room-007 [without farewell] for 5 s
        or {"fault":"offset","size":3,"devices":"room-*","resource":"sensors/temperature","for":60} in JSON or CBOR
        """
}

extension FaultCommand: CustomStringConvertible {
    /// As it is written.
    public var description: String {
        var words: [String]
        switch kind {
        case .stuck: words = ["stuck", "\(target)"]
        case .spike(let size): words = ["spike", DurationPhrase.number(size), "\(target)"]
        case .dropout: words = ["dropout", "\(target)"]
        case .offset(let size): words = ["offset", DurationPhrase.number(size), "\(target)"]
        case .biasDrift(let size): words = ["drift", DurationPhrase.number(size), "\(target)"]
        case .notANumber: words = ["nan", "\(target)"]
        case .clockSkew(let seconds): words = ["clock-skew", DurationPhrase.number(seconds), "\(target)"]
        case .reboot(let farewell): words = ["reboot", "\(target)"] + (farewell ? [] : ["without farewell"])
        }
        if duration > 0 { words += ["for", DurationPhrase.text(duration)] }
        return words.joined(separator: " ")
    }
}
