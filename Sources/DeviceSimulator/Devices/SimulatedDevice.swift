// SPDX-License-Identifier: Apache-2.0

public import CoAP
import Glibc

/// A device in a room: a thermometer, a hygrometer and a light-emitting diode. It knows no socket; ``register(on:)`` puts its
/// resources on a router.
public final class SimulatedDevice: Sendable {
    /// Its name as a URN (RFC 9039).
    public let name: String
    private let room: Room
    private let clock: @Sendable () -> Double
    private let started: Double
    private let led = Locked(false)

    /// A device.
    ///
    /// - Parameters:
    ///   - number: tells it from others, and its room from theirs.
    ///   - clock: seconds since 1970; the system's clock.
    public init(number: Int = 1, clock: @escaping @Sendable () -> Double = SimulatedDevice.systemClock) {
        name = "urn:dev:ops:32473-room-\(number)"
        room = Room(seed: UInt64(truncatingIfNeeded: number))
        self.clock = clock
        started = clock()
    }

    /// The system's clock in seconds since 1970.
    public static let systemClock: @Sendable () -> Double = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The air's temperature, in steps of 0.1 °C.
    public var temperature: Reading { reading("temperature", "Cel", room.temperature) }

    /// The air's relative humidity, in steps of 0.1 %.
    public var humidity: Reading { reading("humidity", "%RH", room.humidity) }

    /// Whether the light-emitting diode is on.
    public var ledState: LEDState {
        var state = LEDState(isOn: led.withLock { $0 })
        state.device = name
        return state
    }

    /// Switches the light-emitting diode.
    ///
    /// - Returns: true when that changed it.
    @discardableResult
    public func setLED(_ state: LEDState) -> Bool {
        led.withLock { isOn in
            defer { isOn = state.isOn }
            return isOn != state.isOn
        }
    }

    /// What the device says about itself.
    public var description: DeviceDescription {
        DeviceDescription(
            manufacturer: "swift-coap", model: "Room Climate",
            serialNumber: String(name.split(separator: "-").last ?? "1"),
            firmware: "1.0", uptime: max(0, clock() - started), name: name)
    }

    private func reading(_ quantity: String, _ unit: String, _ value: (Double) -> Double) -> Reading {
        // Sensors sample once a second: two reads within it show the same.
        let time = clock().rounded(.down)
        return Reading(
            quantity: quantity, value: (value(time) * 10).rounded() / 10, unit: unit, device: name, time: time)
    }

    /// Looks at a sensor once a second, as often as it samples, and tells of each new value.
    private func watch(_ resource: ObservableResource, _ value: () -> Double) async {
        var last = value()
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            let present = value()
            if present != last { resource.changed() }
            last = present
        }
    }

    /// Puts the device's resources on a router: `/sensors/temperature`, `/sensors/humidity`, `/actuators/led`, `/device`, `/firmware`.
    /// All but the last two can be observed.
    public func register(on router: Router) {
        router.observable(
            "sensors/temperature",
            attributes: .init(
                resourceType: "temperature", interface: "core.s", contentFormats: Reading.contentFormats,
                title: "Air temperature")
        ) { [self] _, _ in temperature }
        .whileObserved { [self] resource in await watch(resource) { temperature.value } }
        router.observable(
            "sensors/humidity",
            attributes: .init(
                resourceType: "humidity", interface: "core.s", contentFormats: Reading.contentFormats,
                title: "Relative humidity")
        ) { [self] _, _ in humidity }
        .whileObserved { [self] resource in await watch(resource) { humidity.value } }
        let led = router.observable(
            "actuators/led",
            attributes: .init(
                resourceType: "light", interface: "core.a", contentFormats: LEDState.contentFormats, title: "LED"),
            notifications: .confirmable
        ) { [self] _, _ in ledState }
        router.put("actuators/led") { [self] request, _ in
            let state: LEDState = try request.decode()
            if setLED(state) { led.changed() }
            return Response(.changed)
        }
        router.get(
            "device",
            attributes: .init(
                resourceType: "device", interface: "core.rp", contentFormats: DeviceDescription.contentFormats,
                title: "About this device")
        ) { [self] _, _ in description }
        router.get(
            "firmware",
            attributes: .init(
                resourceType: "firmware", contentFormats: [.octetStream], title: "Firmware image",
                size: FirmwareImage.usualSize)
        ) { request, _ in try FirmwareImage(request).response(to: request) }
        router.upload(.put, "firmware", maximumSize: FirmwareImage.maximumSize) { _, _, body in
            Response(.changed, text: "\(try await FirmwareImage.install(body)) bytes")
        }
    }
}
