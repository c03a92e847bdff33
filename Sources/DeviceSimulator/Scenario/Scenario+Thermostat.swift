// SPDX-License-Identifier: Apache-2.0

extension Scenario {
    /// One device in a heated room: a thermometer, a hygrometer, a light-emitting diode, a thermostat's set-point and the heater's
    /// switch. It is what `coap-server` serves where nothing else is named.
    public static var thermostat: Scenario {
        var scenario = Scenario(name: "thermostat")
        scenario.title = "A sensor and a thermostat in a heated room"
        var group = DeviceGroup(name: NamePattern("room-{n}"))
        group.models = [.room(RoomModel())]
        group.inputs = [
            .roomOutside: .diurnal(DiurnalSignal(latitude: 48.1, longitude: 11.6, low: 2, high: 14, lag: 7_200)),
            .roomWindow: .events(perDay: 6, length: 600, height: 0.3),
            .roomPeople: .daily(
                DailySchedule([
                    .init(time: 0, value: 1), .init(time: 9 * 3_600, value: 0), .init(time: 17 * 3_600, value: 2),
                ])),
        ]
        group.resources = [
            thermometer, hygrometer, lightEmittingDiode, setpoint, heater,
            DeviceResource(path: "device", .description), DeviceResource(path: "firmware", .firmware),
        ]
        scenario.groups = [group]
        return scenario
    }

    private static var thermometer: DeviceResource {
        var sensor = Sensor(quantity: "temperature", unit: "Cel", signal: .model(.roomTemperature))
        sensor.noise = 0.03
        sensor.quantum = 0.1
        sensor.range = -40...85
        var resource = DeviceResource(path: "sensors/temperature", .sensor(sensor))
        resource.title = "Air temperature"
        return resource
    }

    private static var hygrometer: DeviceResource {
        var sensor = Sensor(quantity: "humidity", unit: "%RH", signal: .model(.roomHumidity))
        sensor.noise = 0.1
        sensor.quantum = 0.1
        sensor.range = 0...100
        var resource = DeviceResource(path: "sensors/humidity", .sensor(sensor))
        resource.title = "Relative humidity"
        return resource
    }

    private static var lightEmittingDiode: DeviceResource {
        var resource = DeviceResource(path: "actuators/led", .actuator(Actuator(.switch, quantity: "led")))
        resource.title = "LED"
        resource.resourceType = "light"
        return resource
    }

    private static var setpoint: DeviceResource {
        var actuator = Actuator(.setpoint, quantity: "setpoint", unit: "Cel", drives: .roomSetpoint)
        actuator.initial = 21
        actuator.envelope.range = 5...30
        var resource = DeviceResource(path: "actuators/setpoint", .actuator(actuator))
        resource.title = "Temperature aimed at"
        return resource
    }

    /// The thermostat heats only while it is on.
    private static var heater: DeviceResource {
        var actuator = Actuator(.switch, quantity: "heater", drives: .roomHeater)
        actuator.initial = 1
        var resource = DeviceResource(path: "actuators/heater", .actuator(actuator))
        resource.title = "Heater"
        return resource
    }
}
