// The one device of the houses that hubs on lines of their own join: close by, and registered.

export const METER = "70b3d52b60000001";

export const NEAR_METER = {
  kind: "electricity-meter",
  eui64: METER,
  installCode: "05b6d23e51a7d40a09355475a4a899fe2312",
  place: { x: 0.5, y: 0.2 },
  registered: true,
};
