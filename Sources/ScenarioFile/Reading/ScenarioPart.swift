// SPDX-License-Identifier: Apache-2.0

/// The mappings of a scenario file with the keys that each may have. The JSON Schema has a definition of each by the same name.
enum ScenarioPart: String, CaseIterable {
    case scenario, time, group, psk, certificate, models, room, tank, battery
    case signal, step, ramp, sine, diurnal, walk, replay, events, scaled
    case sensor, actuator, description, firmware, safety, interlock
    case report, power, radio, link, direction, burst, outage, fault, event

    /// The keys in the order in which errors list them.
    var keys: [String] {
        switch self {
        case .scenario:
            ["scenario", "title", "seed", "time", "ramp-up", "shared", "groups", "events", "assert"]
        case .time: ["start", "speed", "duration"]
        case .group:
            [
                "devices", "count", "first", "credentials", "models", "inputs", "resources", "report", "power", "link",
                "faults",
            ]
        case .psk: ["psk"]
        case .certificate: ["certificate"]
        case .models: ["room", "tank", "battery"]
        case .room:
            [
                "heat-capacity", "heat-loss", "window-loss", "heater-power", "volume", "hysteresis", "temperature",
                "humidity",
            ]
        case .tank: ["area", "height", "pump-rate", "valve-area", "level"]
        case .battery:
            ["capacity", "full-voltage", "empty-voltage", "resistance", "heat-capacity", "time-constant", "charge"]
        case .signal:
            [
                "constant", "step", "ramp", "sine", "diurnal", "walk", "replay", "daily", "events", "model", "shared",
                "sum", "scaled",
            ]
        case .step: ["from", "to", "at"]
        case .ramp: ["from", "to", "start", "duration"]
        case .sine: ["mean", "amplitude", "period", "phase"]
        case .diurnal: ["latitude", "longitude", "low", "high", "lag"]
        case .walk: ["mean", "deviation", "time-constant"]
        case .replay: ["points", "file", "column", "time-column", "interpolate", "repeat"]
        case .events: ["per-day", "length", "height"]
        case .scaled: ["signal", "by"]
        case .sensor:
            [
                "sensor", "unit", "signal", "period", "noise", "drift", "quantum", "range", "warm-up", "title", "rt",
                "if",
            ]
        case .actuator:
            [
                "actuator", "quantity", "unit", "drives", "initial", "latency", "inertia", "wear", "refusal", "safety",
                "title", "rt", "if",
            ]
        case .description: ["description", "title", "rt", "if"]
        case .firmware: ["firmware", "title", "rt", "if"]
        case .safety: ["range", "rate", "fail-safe", "silence", "interlocks"]
        case .interlock: ["resource", "between", "forbids"]
        case .report:
            [
                "to", "every", "on-change", "at-latest", "resources", "batch", "format", "confirmable", "store",
                "sleeps",
            ]
        case .power: ["radio", "battery"]
        case .radio:
            [
                "name", "transmit", "receive", "sleep", "bit-rate", "overhead", "frame", "listen", "processor",
                "psk-handshake", "certificate-handshake",
            ]
        case .link: Self.direction.keys + ["to-server", "to-device", "outages", "rebinds"]
        case .direction:
            [
                "loss", "burst", "delay", "jitter", "duplication", "reordering", "reordering-delay", "mtu", "bandwidth",
            ]
        case .burst: ["enter", "leave", "loss"]
        case .outage: ["at", "for"]
        case .fault: ["fault", "size", "farewell", "resource", "devices", "at", "rate", "for"]
        case .event: ["at", "do", "devices", "for", "resource", "value", "fault", "size", "farewell"]
        }
    }

    /// The keys without which it makes no sense.
    var required: [String] {
        switch self {
        case .scenario: ["scenario"]
        case .group: ["devices", "resources"]
        case .psk, .certificate: keys
        case .step, .walk, .events, .burst, .outage, .scaled: keys
        case .ramp: ["from", "to", "duration"]
        case .sine: ["amplitude", "period"]
        case .diurnal: ["latitude", "low", "high"]
        case .sensor: ["sensor", "unit", "signal"]
        case .actuator: ["actuator"]
        case .description: ["description"]
        case .firmware: ["firmware"]
        case .interlock: ["resource", "between"]
        case .fault: ["fault"]
        case .event: ["at", "do"]
        default: []
        }
    }
}
