// SPDX-License-Identifier: Apache-2.0

/// A scenario in which every key of the format stands.
let everything = """
    scenario: everything
    title: All that can be written
    seed: 7
    time: {start: 2026-01-15T06:00:00Z, speed: 60, duration: 10 min}
    ramp-up: 5 s
    shared:
      outside: {diurnal: {latitude: 48.1, longitude: 11.6, low: -6, high: 12, lag: 2 h}}
    groups:
      - devices: room-{n:03}
        count: 20
        first: 0
        credentials: {psk: "{name}-key"}
        models:
          room: {heat-capacity: 400000, heat-loss: 30, window-loss: 100, heater-power: 1500, volume: 60, hysteresis: 0.5, temperature: 18, humidity: 50}
          tank: {area: 2, height: 3, pump-rate: 0.001, valve-area: 0.0004, level: 1.5}
          battery: {capacity: 3, full-voltage: 4.1, empty-voltage: 2.9, resistance: 0.1, heat-capacity: 40, time-constant: 10 min, charge: 80 %}
        inputs:
          room.outside: {shared: outside}
          room.window: {events: {per-day: 6, length: 10 min, height: 0.5}}
          room.people: {daily: {"00:00": 0, "08:00": 2, "17:30:30": 0}}
          tank.valve: {constant: 0.2}
          battery.load: {step: {from: 0, to: 0.1, at: 1 min}}
          battery.ambient: {ramp: {from: 20, to: -5, start: 1 min, duration: 5 min}}
        resources:
          sensors/temperature:
            sensor: temperature
            unit: Cel
            signal: room.temperature
            period: 2 s
            noise: 0.03
            drift: 0.01
            quantum: 0.1
            range: [-40, 85]
            warm-up: 2 s
            title: Air temperature
            rt: temperature
            if: core.s
          sensors/level: {sensor: level, unit: m, signal: {model: tank.level}}
          sensors/swing: {sensor: swing, unit: V, signal: {sine: {mean: 1, amplitude: 2, period: 1 min, phase: 0.25}}}
          sensors/walk: {sensor: walk, unit: A, signal: {sum: [1, {scaled: {signal: {walk: {mean: 0, deviation: 1, time-constant: 1 min}}, by: 2}}]}}
          sensors/replay: {sensor: replay, unit: lx, signal: {replay: {points: [[0, 1], [10, 2], [1 min, 3]], interpolate: true, repeat: false}}}
          actuators/setpoint:
            actuator: setpoint
            quantity: aim
            unit: Cel
            drives: room.setpoint
            initial: 21
            latency: 500 ms
            inertia: 2 s
            wear: 0.001 %
            refusal: 1 %
            safety:
              range: [5, 30]
              rate: 1
              fail-safe: 18
              silence: 2 h
              interlocks: [{resource: sensors/temperature, between: [35, 100], forbids: [26, 30]}]
            title: Aim
            rt: aim
            if: core.a
          device: {description: true, title: Device, rt: device, if: core.rp}
          firmware: {firmware: true, title: Firmware, rt: firmware, if: core.rp}
        report: {to: in/reports, every: 5 s, resources: [sensors/temperature, sensors/level], batch: 2, format: senml+json, confirmable: false, store: 50, sleeps: true}
        power:
          radio: {name: mine, transmit: 20 mA, receive: 10 mA, sleep: 2 uA, bit-rate: 50 kbit/s, overhead: 20 B, frame: 100, listen: 20 ms, processor: 5 mA, psk-handshake: 5 ms, certificate-handshake: 1 s}
          battery: 1.2 Ah
        link:
          loss: 1 %
          burst: {enter: 1 %, leave: 20 %, loss: 80 %}
          delay: 20 ms
          jitter: 10 ms
          duplication: 0.5 %
          reordering: 0.01
          reordering-delay: 80 ms
          mtu: 1280
          bandwidth: 250 kbit/s
          to-server: {loss: 2 %}
          to-device: {delay: 30 ms}
          outages: [{at: 60 s, for: 20 s}]
          rebinds: [90 s]
        faults:
          - {fault: spike, size: 15, resource: sensors/temperature, devices: "room-00*", rate: 2 /h}
          - {fault: reboot, farewell: false, at: 5 min, for: 10 s}
      - devices: meter
        credentials: {certificate: "m-{name}"}
        resources:
          power: {sensor: power, unit: W, signal: 3}
        report: {on-change: 0.2, at-latest: 5 min}
        power: {radio: "802.15.4"}
    events:
      - {at: 3 min, do: restart-server, for: 2 s}
      - {at: 4 min, do: rotate-keys, devices: "room-0*"}
      - {at: 5 min, do: expire, devices: room-007}
      - {at: 5 min, do: revoke, devices: room-008}
      - {at: 6 min, do: outage, for: 20 s}
      - {at: 6 min, do: rebind, devices: meter}
      - {at: 7 min, do: set, devices: "room-*", resource: actuators/setpoint, value: 19}
      - {at: 8 min, do: fault, devices: "room-*", fault: offset, size: -2, resource: sensors/level, for: 1 min}
      - {at: 8 min, do: fault, devices: meter, fault: reboot, farewell: true, for: 1 s}
    assert:
      - p99 latency < 500 ms
      - reports lost == 0
      - temperature of room-* between 15 and 30
    """
