/* sources bfd61e88bc70784440f5b094883d95d23a12eb4a866a5d45d02229db69efab94; licences: LICENSES.txt */
(()=>{var U={ArrowLeft:o=>o.nudge(-1,0),ArrowRight:o=>o.nudge(1,0),ArrowUp:o=>o.nudge(0,1),ArrowDown:o=>o.nudge(0,-1),"+":o=>o.zoom(1.15),"=":o=>o.zoom(1.15),"-":o=>o.zoom(.8695652173913044),q:o=>o.turn(Math.PI/24),e:o=>o.turn(-Math.PI/24),0:o=>o.reset(),Home:o=>o.reset()};function G(o,e){let n=new Map,s=t=>{let r=o.getBoundingClientRect();return[t.clientX-r.left,t.clientY-r.top]};o.addEventListener("pointerdown",t=>{o.setPointerCapture(t.pointerId),n.set(t.pointerId,s(t))}),o.addEventListener("pointermove",t=>{let r=n.get(t.pointerId);if(!r)return;let a=s(t),h=[...n].find(([p])=>p!==t.pointerId)?.[1];if(h){let[p,m]=[0,1].map(v=>r[v]-h[v]),[c,f]=[0,1].map(v=>a[v]-h[v]);e.zoom(Math.hypot(c,f)/Math.max(Math.hypot(p,m),1),h),e.turn(Math.atan2(m,p)-Math.atan2(f,c))}else e.drag(r,a);n.set(t.pointerId,a)});for(let t of["pointerup","pointercancel"])o.addEventListener(t,r=>n.delete(r.pointerId));o.addEventListener("wheel",t=>{t.preventDefault(),e.zoom(Math.exp(-Math.sign(t.deltaY)*Math.min(Math.abs(t.deltaY),100)/600),s(t))},{passive:!1}),o.addEventListener("keydown",t=>{t.ctrlKey||t.metaKey||t.altKey||!(t.key in U)||(t.preventDefault(),U[t.key](e))})}var S=(o,e)=>{let n=o*o+e*e;return n<1?[2*o,2*e,1+n].map(s=>s/(1-n)):null},X=`vec3 lift(vec2 z) { float s = dot(z, z); return vec3(2. * z, 1. + s) / (1. - s); }
`,B=`float angle(vec2 w) { return atan(abs(w.y) < 1e-7 ? 1e-7 : w.y, w.x); }
`,b={plane:{title:"Plane",space:"plane",units:"vec2(1.)",extent:[-1,1,-1,1],point:(o,e)=>[o,-e,1],glsl:"vec3 seen(vec2 w, out float inside) { inside = 1e9; return vec3(w.x, -w.y, 1.); }"},spiral:{title:"Spiral",space:"plane",units:"vec2(inversesqrt(max(s, 1e-12)))",extent:[-1,1,-1,1],point:(o,e)=>[Math.log(Math.max(Math.hypot(o,e),1e-9)),Math.atan2(e,o),1],glsl:`${B}vec3 seen(vec2 w, out float inside) {
      inside = 1e9;
      return vec3(log(max(length(w), 1e-9)), angle(w), 1.);
    }`},tunnel:{title:"Tunnel",space:"plane",units:"vec2(1.)",extent:[-1,1,-1,1],point:(o,e)=>[Math.hypot(o,e),Math.atan2(e,o),1],glsl:`${B}vec3 seen(vec2 w, out float inside) {
      inside = 1e9;
      return vec3(length(w), angle(w), 1.);
    }`},globe:{title:"Globe",space:"sphere",units:"vec2(inversesqrt(max(1. - s, 1e-4)), 1.)",extent:[-1.05,1.05,-1.05,1.05],point:(o,e)=>o*o+e*e<1?[Math.sqrt(1-o*o-e*e),o,e]:null,glsl:`vec3 seen(vec2 w, out float inside) {
      inside = 1. - length(w);
      return vec3(sqrt(max(1. - dot(w, w), 0.)), w);
    }`},stereographic:{title:"Stereographic",space:"sphere",units:"vec2(2. / (1. + s))",extent:[-2,2,-2,2],point:(o,e)=>{let n=o*o+e*e;return[1-n,2*o,2*e].map(s=>s/(1+n))},glsl:`vec3 seen(vec2 w, out float inside) {
      inside = 1e9;
      float s = dot(w, w);
      return vec3(1. - s, 2. * w) / (1. + s);
    }`},poincare:{title:"Poincaré disc",space:"hyperbolic",units:"vec2(2. / max(1. - s, 1e-6))",extent:[-1,1,-1,1],point:S,glsl:`${X}vec3 seen(vec2 w, out float inside) {
      inside = 1. - length(w);
      return lift(w * min(1., .9999 / max(length(w), 1e-6)));
    }`},klein:{title:"Klein disc",space:"hyperbolic",units:"vec2(1., sqrt(max(1. - s, 1e-6))) / max(1. - s, 1e-6)",extent:[-1,1,-1,1],point:(o,e)=>{let n=o*o+e*e;return n<1?[o,e,1].map(s=>s/Math.sqrt(1-n)):null},glsl:`vec3 seen(vec2 w, out float inside) {
      inside = 1. - length(w);
      return vec3(w, 1.) / sqrt(max(1. - dot(w, w), 1e-6));
    }`},halfplane:{title:"Half-plane",space:"hyperbolic",units:"vec2(1. / max(w.y, 1e-6))",extent:[-2,2,0,4],point:(o,e)=>{if(e<=0)return null;let n=o*o+(e+1)**2;return S((o*o+e*e-1)/n,-2*o/n)},glsl:`${X}vec3 seen(vec2 w, out float inside) {
      inside = w.y;
      w.y = max(w.y, 1e-4);
      vec2 z = vec2(dot(w, w) - 1., -2. * w.x) / (w.x * w.x + (w.y + 1.) * (w.y + 1.));
      return lift(z * min(1., .99999 / max(length(z), 1e-6)));
    }`},band:{title:"Band",space:"hyperbolic",units:"vec2(1.5707963 / cos(1.5707963 * clamp(w.y, -.999, .999)))",extent:[-2,2,-1,1],point:(o,e)=>{if(Math.abs(e)>=1)return null;let n=Math.PI/2*o,s=Math.PI/2*e,t=Math.cosh(n)+Math.cos(s);return S(Math.sinh(n)/t,Math.sin(s)/t)},glsl:`vec3 seen(vec2 w, out float inside) {
      inside = 1. - abs(w.y);
      vec2 a = 1.5707963 * vec2(clamp(w.x, -9., 9.), clamp(w.y, -.999, .999));
      return vec3(sinh(a.x), sin(a.y), cosh(a.x)) / cos(a.y);
    }`}};var L=(o,e)=>o.map(n=>n>0?e[n-1]:-e[-n-1]);function F(o){let e=[0,0,0];return o.forEach((n,s)=>e[Math.abs(n)-1]=n>0?s+1:-(s+1)),e}function K(o){let e=[[1,2,3]];for(let n of e)for(let s of o){let t=L(s,n);e.some(r=>`${r}`==`${t}`)||e.push(t)}return e}var Y=(o,e)=>o.findIndex(n=>`${n}`==`${e}`),de=o=>o.flatMap(e=>[1,2,3].map(n=>n===Math.abs(e)?Math.sign(e):0));function P(o,e,{product:n,inverse:s,image:t}){let r=de(o);if(!e)return{matrix:r,shift:o.map(m=>m<0?1:0)};let a=e.axes.flat(),h=n(n(a,r),s(a)),p=t(h,e.mean);return{matrix:h,shift:e.mean.map((m,c)=>m-p[c])}}var W=`
uniform vec3 disc; // radius, centre
vec2 product(vec2 a, vec2 b) { return vec2(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x); }
vec2 quotient(vec2 a, vec2 b) { return product(a, vec2(b.x, -b.y)) / dot(b, b); }
vec2 pixel(vec2 w) { return disc.yz + disc.x * vec2(w.x, -w.y); }
`,E=o=>`${W}
vec2 shown(vec3 p, out float density) {
  vec2 z = p.xy / (1. + p.z), w;
  float stretch = 1.;
  ${o}
  density = disc.x * stretch / (1. + p.z); // (1 − |z|²)/2 = 1/(1 + t)
  return pixel(w);
}`,R=o=>`
uniform vec2 size;
vec2 shown(vec3 p, out float density) { ${o} }`,V=(o,e)=>`${W}
vec2 shown(vec3 p, out float density) {
  float r = ${o};
  density = disc.x * ${e};
  return pixel(r * vec2(cos(p.y), sin(p.y)));
}`,j={tiling:`
uniform vec4 period; // width, height of the picture's period; its skew; 1: a cell, 2: a domain
uniform vec4 cell; // a, b
uniform vec2 origin;
vec2 shown(vec3 p, out float density) {
  density = 1.;
  vec2 q = p.xy; // from the group's origin
  if (period.w == 0.) {
    q += origin;
    float n = floor(q.y / period.y);
    q -= n * vec2(period.z, period.y);
    return vec2(q.x - period.x * floor(q.x / period.x), q.y);
  }
  float size = cell.x * cell.w - cell.y * cell.z;
  vec2 k = vec2(q.x * cell.w - q.y * cell.z, q.y * cell.x - q.x * cell.y) / size;
  k = floor(k);
  q -= k.x * cell.xy + k.y * cell.zw;
  if (period.w == 2.) {
    vec2 best = q;
    for (int i = 0; i < 4; i++) {
      vec2 other = q - float(i & 1) * cell.xy - float(i >> 1) * cell.zw;
      if (dot(other, other) < dot(best, best)) best = other;
    }
    q = best;
  }
  return q + origin;
}`,spiral:V("exp(p.x)","r"),tunnel:V("p.x","1."),equirectangular:R(`
    density = size.y / 3.14159265;
    return size * vec2(.5 + atan(p.y, p.x) / 6.2831853, .5 - asin(clamp(p.z, -1., 1.)) / 3.14159265);`),cube:R(`
    vec3 a = abs(p);
    float face = size.y / 2.;
    float half_ = .5 / (face * texture_scale);
    vec2 st, at;
    if (a.x >= a.y && a.x >= a.z) {
      st = vec2(p.x > 0. ? -p.z : p.z, -p.y) / a.x;
      at = vec2(p.x > 0. ? 0. : 1., 0.);
    } else if (a.y >= a.z) {
      st = vec2(p.x, p.y > 0. ? p.z : -p.z) / a.y;
      at = p.y > 0. ? vec2(2., 0.) : vec2(0., 1.);
    } else {
      st = vec2(p.z > 0. ? p.x : -p.x, -p.y) / a.z;
      at = vec2(p.z > 0. ? 1. : 2., 1.);
    }
    density = face / 2. * max(a.x, max(a.y, a.z));
    return face * (at + clamp(.5 + .5 * st, half_, 1. - half_));`),octahedral:R(`
    vec3 q = p / (abs(p.x) + abs(p.y) + abs(p.z));
    if (q.z < 0.) q.xy = (1. - abs(q.yx)) * vec2(q.x < 0. ? -1. : 1., q.y < 0. ? -1. : 1.);
    density = size.y / 2.;
    return size * vec2(.5 + .5 * q.x, .5 - .5 * q.y);`),poincare:E("w = z;"),klein:E("w = 2. * z / (1. + dot(z, z)); stretch = 2. / (1. + dot(z, z));"),halfplane:E(`
    vec2 v = vec2(1., 0.) - z;
    w = quotient(product(vec2(0., 1.), vec2(1., 0.) + z), v);
    stretch = 2. / dot(v, v);`),band:E(`
    w = vec2(asinh(p.x / sqrt(1. + p.y * p.y)), atan(p.y)) / 1.5707963;
    stretch = 1.2732395 / length(vec2(1., 0.) - product(z, z));`),square:E("w = z * length(z) / max(max(abs(z.x), abs(z.y)), 1e-9); stretch = 1.2;"),conformal:E(`
    vec2 s = product(product(z, z), product(z, z)), power = vec2(1., 0.), sum = power;
    float a = 1.;
    for (int n = 1; n < 40; n++) {
      a *= -(float(n) - .5) / float(n);
      power = product(power, s);
      sum += a / float(4 * n + 1) * power;
    }
    w = 1.0787052 * product(z, sum);
    stretch = 1.0787052;`)};var J=`#version 300 es
void main() { gl_Position = vec4(gl_VertexID == 1 ? 3. : -1., gl_VertexID == 2 ? 3. : -1., 0., 1.); }`,fe={plane:"p",sphere:"normalize(p)",hyperbolic:"vec3(p.xy, sqrt(1. + dot(p.xy, p.xy)))"},ue={plane:"vec3(1., 1., 0.)",sphere:"vec3(1.)",hyperbolic:"vec3(1., 1., -1.)"};function Q({model:o,source:e,sides:n,lines:s,centres:t,colours:r,logits:a,direct:h,fine:p,spare:m}){let{space:c,glsl:f,units:v}=b[o],d=l=>Math.max(l,1);return`#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
uniform sampler2D paint;
uniform mat3 motion, tint;
uniform vec3 tint_shift, mean, screen; // screen: pixels per unit, the place of w = 0
uniform vec2 paint_offset, paint_size;
uniform float texture_scale, height, area, soft, change;
uniform vec3 side[${d(n)}], line[${d(s)}], centre[${d(t)}];
uniform mat3 pairing[${d(n)}], colour[${r}];
uniform vec3 shift[${r}];
uniform int next[${d(n)*r}], order[${d(t)}], kind[${d(s)}];
uniform int base;
uniform ivec4 overlay; // mirrors, centres, domain
out vec4 result;
${f}
vec2 units(vec2 w) { float s = dot(w, w); return ${v}; }
${j[e]}

vec3 logit(vec3 v) { v = clamp(v, 1e-4, 1. - 1e-4); return log(v / (1. - v)); }
vec3 act(mat3 m, vec3 t, vec3 v) {
  ${a?"return 1. / (1. + exp(-(m * logit(v) + t)));":"return m * v + t;"}
}

vec3 read(vec2 at, float lod) {
  at = (at + paint_offset) * texture_scale;
  ${p?`if (lod <= 0.) { // Catmull and Rom's spline, in nine bilinear reads
    vec2 f = fract(at - .5), c = at - f;
    vec2 w0 = f * (-.5 + f * (1. - .5 * f)), w1 = 1. + f * f * (1.5 * f - 2.5);
    vec2 w2 = f * (.5 + f * (2. - 1.5 * f)), w3 = f * f * (.5 * f - .5);
    vec2 w12 = w1 + w2, c12 = c + w2 / w12, c0 = c - 1., c3 = c + 2.;
    vec3 sum = vec3(0.);
    #define ADD(x, y, w) sum += (w) * textureLod(paint, vec2(x, y) / paint_size, 0.).rgb
    ADD(c0.x, c0.y, w0.x * w0.y); ADD(c12.x, c0.y, w12.x * w0.y); ADD(c3.x, c0.y, w3.x * w0.y);
    ADD(c0.x, c12.y, w0.x * w12.y); ADD(c12.x, c12.y, w12.x * w12.y); ADD(c3.x, c12.y, w3.x * w12.y);
    ADD(c0.x, c3.y, w0.x * w3.y); ADD(c12.x, c3.y, w12.x * w3.y); ADD(c3.x, c3.y, w3.x * w3.y);
    return clamp(sum, 0., 1.);
  }`:""}
  return textureLod(paint, at / paint_size, lod).rgb;
}

vec3 painted(vec3 p, float footprint) {
  float density;
  vec2 at = shown(p, density);
  // half a level finer than a whole pixel's mean, which would be blurred twice
  return read(at, log2(max(footprint * density * texture_scale, 1e-3)) - .5);
}

vec3 on_space(vec3 p) { return ${fe[c]}; }
float metric(vec3 d) { return sqrt(max(dot(d * d, ${ue[c]}), 0.)); }

void main() {
  vec2 w = (vec2(gl_FragCoord.x, height - gl_FragCoord.y) - screen.yz) / screen.x * vec2(1., -1.);
  float inside;
  vec3 near = seen(w, inside);
  vec2 across_pixel = units(w) / screen.x;
  float footprint = max(across_pixel.x, across_pixel.y);
  float cover = clamp(inside * screen.x + .5, 0., 1.);
  // A machine without a GPU draws some pixels at once and leaves a loop, but no branch, when none
  // of them needs it: outside, and where domains are too small to be seen, no step is made.
  bool seen_well = ${c==="hyperbolic"?"cover > 0. && sqrt(area) > .75 * footprint":"cover > 0."};
  vec3 p = on_space(motion * near), y = p;
  int code = base, passed = 0;
  ${n&&(!h||m)?`
  for (int i = 0; i < 256 && seen_well; i++) {
    int worst = -1;
    float least = -2e-6 * (1. + abs(y.z)) - ${c==="plane"?"2e-6 * (abs(y.x) + abs(y.y))":"0."};
    for (int s = 0; s < ${n}; s++) {
      float depth = dot(side[s], y);
      if (depth < least) { least = depth; worst = s; }
    }
    if (worst < 0) break;
    y = on_space(pairing[worst] * y);
    code = next[worst * ${r} + code];
    passed++;
  }`:""}
  ${h?"vec3 c = painted(p, footprint);":`
  vec3 c = painted(y, footprint);
  if (soft > 0.) { // a little of the neighbour across the nearest side: no cut where they meet
    float a = 1e9, b = 1e9;
    int across = 0;
    for (int s = 0; s < ${n}; s++) {
      float depth = max(dot(side[s], y), 0.);
      if (depth < a) { b = a; a = depth; across = s; } else if (depth < b) b = depth;
    }
    float x = max(1. - a / max(b, 1e-9) - a / soft, 0.) * .5;
    float share = x * x * (3. - 2. * x);
    for (int i = 0; i < 1 && seen_well && share > 0.; i++) {
      vec3 other = painted(on_space(pairing[across] * y), footprint);
      int through = next[across * ${r}];
      c = mix(c, act(colour[through], shift[through], other), share);
    }
  }
  c = act(colour[code], shift[code], c);
  ${c==="hyperbolic"?"c = mix(mean, c, smoothstep(.75, 2.5, sqrt(area) / footprint));":""}`}
  if (change > 0.) c = mix(c, act(tint, tint_shift, c), change);
  ${m?`
  if (overlay.z == 1 && passed > 0) c = mix(c, vec3(1.), .55);
  float strength = ${c==="hyperbolic"?"smoothstep(3., 12., sqrt(area) / footprint)":"1."};
  vec3 ink = vec3(.07, .07, .1);
  float pen = 1.3 * min(across_pixel.x, across_pixel.y);
  if (overlay.z == 1)
    for (int s = 0; s < ${d(n)}; s++) {
      float d = abs(dot(side[s], y));
      c = mix(c, vec3(1., .69, 0.), strength * .8 * (1. - smoothstep(.6 * pen, 1.2 * pen, d)));
    }
  if (overlay.x == 1)
    for (int s = 0; s < ${s}; s++) {
      float d = abs(dot(line[s], y));
      c = mix(c, vec3(1.), strength * (1. - smoothstep(1.6 * pen, 2.4 * pen, d)));
      vec3 shade = kind[s] == 1 ? vec3(.1, .25, .75) : ink;
      c = mix(c, shade, strength * (1. - smoothstep(.6 * pen, 1.3 * pen, d)));
    }
  if (overlay.y == 1)
    for (int s = 0; s < ${t}; s++) {
      vec3 apart = y - centre[s];
      float d = metric(apart), r = pen * 4.5, up_to = r * (order[s] == 2 ? .8 : order[s] == 3 ? .95 : 1.1);
      vec3 shade = order[s] == 2 ? vec3(.75, 0., .16) : order[s] == 3 ? vec3(0., .45, .25)
        : order[s] == 4 ? vec3(.1, .25, .75) : order[s] == 6 ? vec3(.5, .1, .55) : ink;
      c = mix(c, vec3(1.), strength * (1. - smoothstep(up_to + pen * .8, up_to + pen * 1.6, d)));
      c = mix(c, shade, strength * (1. - smoothstep(up_to - pen * .5, up_to + pen * .3, d)));
    }`:""}
  result = cover > 0. ? vec4(c * cover, cover) : vec4(0.);
}`}var T=[1,0,0,0,1,0,0,0,1],w=(o,e)=>o.map((n,s)=>{let t=3*Math.floor(s/3),r=s%3;return o[t]*e[r]+o[t+1]*e[r+3]+o[t+2]*e[r+6]}),_=(o,e)=>[0,3,6].map(n=>o[n]*e[0]+o[n+1]*e[1]+o[n+2]*e[2]),k=(o,e)=>o[0]*e[0]+o[1]*e[1]+o[2]*e[2];function q([o,e,n,s,t,r,a,h,p]){let m=[t*p-r*h,n*h-e*p,e*r-n*t,r*a-s*p,o*p-n*a,n*s-o*r,s*h-t*a,e*a-o*h,o*t-e*s],c=o*m[0]+e*m[3]+n*m[6];return m.map(f=>f/c)}function Z(o){let n=o.map(r=>r/256),s=T,t=T;for(let r=1;r<12;r++)s=w(s,n).map(a=>a/r),t=t.map((a,h)=>a+s[h]);for(let r=0;r<8;r++)t=w(t,t);return t}var ee={product:w,inverse:q,image:_},ve=o=>[0,3,6,1,4,7,2,5,8].map(e=>o[e]),A=class{constructor(e,n,s){let t=e.getContext("webgl2",{antialias:!1});if(!t)throw new Error("This browser has no WebGL 2.");Object.assign(this,{canvas:e,gl:t,data:n,programs:new Map}),t.bindTexture(t.TEXTURE_2D,t.createTexture()),t.pixelStorei(t.UNPACK_COLORSPACE_CONVERSION_WEBGL,t.NONE),t.texImage2D(t.TEXTURE_2D,0,t.RGBA8,t.RGBA,t.UNSIGNED_BYTE,s),t.generateMipmap(t.TEXTURE_2D),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_MIN_FILTER,t.LINEAR_MIPMAP_LINEAR),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_WRAP_S,t.CLAMP_TO_EDGE),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_WRAP_T,t.CLAMP_TO_EDGE),this.size=[s.width,s.height]}draw(e,n){let{gl:s,canvas:t,data:r}=this,{symmetry:a}=e,h=e.overlay.some(Boolean),p=[e.model,a.name,n,h].join();this.programs.has(p)||this.programs.set(p,this.#t(e,n,h));let{program:m,set:c}=this.programs.get(p);s.useProgram(m),s.viewport(0,0,t.width,t.height),c.mat3("motion",[e.motion]),c.num("screen",[e.scale,...e.middle]),c.num("height",[t.height]),c.int("base",[e.base]),c.int("overlay",[...e.overlay,0]),c.num("change",[e.change]);let f=P(e.tint,r.frame,ee);c.mat3("tint",[f.matrix]),c.num("tint_shift",f.shift),s.drawArrays(s.TRIANGLES,0,3)}finish(){let{gl:e}=this;e.readPixels(0,0,1,1,e.RGBA,e.UNSIGNED_BYTE,new Uint8Array(4))}#t({model:e,symmetry:n},s,t){let{gl:r,data:a}=this,{sides:h,lines:p,centres:m,palette:c}=n,f=r.createProgram(),v=Q({model:e,fine:s,spare:t,source:a.source.name,direct:n.direct,logits:!!a.frame,sides:h.length,lines:p.length,centres:m.length,colours:c.length});for(let[i,u]of[[r.VERTEX_SHADER,J],[r.FRAGMENT_SHADER,v]]){let x=r.createShader(i);if(r.shaderSource(x,u),r.compileShader(x),!r.getShaderParameter(x,r.COMPILE_STATUS))throw new Error(r.getShaderInfoLog(x));r.attachShader(f,x)}if(r.linkProgram(f),!r.getProgramParameter(f,r.LINK_STATUS))throw new Error(r.getProgramInfoLog(f));r.useProgram(f);let d=xe(r,f),l=c.map(i=>P(i,a.frame,ee));d.vec3("side",h.map(i=>i.covector)),d.mat3("pairing",h.map(i=>i.matrix)),d.int("next",h.flatMap(i=>i.next)),d.mat3("colour",l.map(i=>i.matrix)),d.vec3("shift",l.map(i=>i.shift)),d.vec3("line",p.map(i=>i.covector)),d.int("kind",p.map(i=>Number(i.glide))),d.vec3("centre",m.map(i=>i.place)),d.int("order",m.map(i=>i.order)),d.num("soft",[n.soft]),d.num("area",[n.area]),d.num("mean",n.mean),d.num("paint_offset",a.texture.offset),d.num("paint_size",this.size),d.num("texture_scale",[a.texture.scale]);for(let[i,u]of Object.entries(a.source.numbers))d.num(i,u);return{program:f,set:d}}};function xe(o,e){let n=s=>o.getUniformLocation(e,s);return{num:(s,t)=>o[`uniform${t.length}fv`](n(s),t),vec3:(s,t)=>t.length&&o.uniform3fv(n(s),t.flat()),mat3:(s,t)=>t.length&&o.uniformMatrix3fv(n(s),!1,t.flatMap(ve)),int:(s,t)=>{s==="overlay"?o.uniform4iv(n(s),t):t.length&&o.uniform1iv(n(s),t)}}}var O={plane:null,sphere:[1,1,1],hyperbolic:[1,1,-1]},$=(o,e,n)=>k(e,n.map((s,t)=>o[t]*s));function te(o,e){if(o==="plane")return[-1,0,2*e[0],0,-1,2*e[1],0,0,1];let n=O[o],s=2/$(n,e,e);return[0,1,2].flatMap(t=>[0,1,2].map(r=>s*e[t]*e[r]*n[r]-(t===r)))}function we(o,e,n){let s=e.map((r,a)=>r+n[a]);if(o==="plane")return s.map(r=>r/2);let t=Math.sqrt(Math.abs($(O[o],s,s)));return s.map(r=>r/t)}function N(o,e,n,s){return s(te(o,we(o,e,n)),te(o,e))}function oe(o){let e=Math.cos(o),n=Math.sin(o);return[e,-n,0,n,e,0,0,0,1]}function C(o,e){if(o==="plane")return e;let n=O[o],s=[2,0,1].map(p=>[e[p],e[p+3],e[p+6]]),t=[];for(let p of s){for(let c of t){let f=$(n,p,c)/$(n,c,c);p=p.map((v,d)=>v-f*c[d])}let m=Math.sqrt(Math.abs($(n,p,p)));t.push(p.map(c=>c/m))}let[r,a,h]=t;return[0,1,2].flatMap(p=>[a[p],h[p],r[p]])}function ne(o,e,n){let s=null,t=e,r=[];for(let a=0;a<500;a++){let h=o.map(c=>k(c.covector,t)),p=Math.min(...h);if(!(p<-1e-9*(1+Math.max(...t.map(Math.abs)))))break;let m=h.indexOf(p);t=_(o[m].matrix,t),s=s?n(o[m].matrix,s):o[m].matrix,r.push(m)}return{element:s,passed:r}}var ge={hyperbolic:30,spiral:12},I=class{constructor(e){this.data=e,this.model=e.models[0],this.overlay=[0,0,0],this.change=0,this.tint=[1,2,3],this.moved=T;for(let n of e.symmetries){n.palette=K(n.sides.map(s=>s.colour));for(let s of n.sides){let t=F(s.colour);s.next=n.palette.map(r=>Y(n.palette,L(r,t)))}}this.symmetry=e.symmetries[0],this.reset()}get space(){return b[this.model].space}get polar(){return this.model==="spiral"||this.model==="tunnel"}reset(){this.view=this.data.start,this.zoomed=1,this.base=0}placed(e,n){let[s,t,r,a]=b[this.model].extent.map(c=>c*this.data.unit),h=this.zoomed*Math.min(e/(t-s),n/(a-r)),p=(s+t)/2,m=(r+a)/2;return{scale:h,middle:[e/2-h*p,n/2+h*m]}}#t([e,n],[s,t]){let{scale:r,middle:a}=this.placed(s,t);return b[this.model].point((e-a[0])/r,(a[1]-n)/r)}drag(e,n,s){let t=this.#t(e,s),r=this.#t(n,s);!t||!r||(this.polar&&Math.abs(r[1]-t[1])>Math.PI&&(r[1]+=t[1]>r[1]?2*Math.PI:-2*Math.PI),this.#e(N(this.space,r,t,w)))}zoom(e,n,s){if(this.polar)return this.#e([1,0,-Math.log(e),0,1,0,0,0,1]);let t=this.space==="plane"&&this.#t(n,s);this.zoomed=Math.min(Math.max(this.zoomed*e,.1),40),t&&this.#e(N("plane",this.#t(n,s),t,w))}turn(e){if(this.polar)return this.#e([1,0,0,0,1,-e,0,0,1]);if(this.space==="sphere"){let n=Math.cos(e),s=Math.sin(e);return this.#e([1,0,0,0,n,s,0,-s,n])}this.#e(oe(this.space==="plane"?e:-e))}nudge(e,n,s){if(this.polar)return this.#e([1,0,-.1*n,0,1,-.1*e,0,0,1]);let t=s.map(a=>a/2),r=.12*Math.min(...s);this.drag(t,[t[0]-r*e,t[1]+r*n],s)}choose(e){this.symmetry=this.data.symmetries.find(n=>n.name===e),this.base=0}show(e,n,s){this.moved=n&&e.log?Z(e.log.map(t=>-n*t)):n?q(e.matrix):T,this.tint=e.colour,this.change=s}get motion(){return w(this.moved,this.view)}#e(e){this.view=C(this.space,w(this.view,e));let n=_(this.view,[0,0,1]);if(this.data.periods){let[s,t]=this.data.periods,r=s[0]*t[1]-s[1]*t[0],a=Math.round((n[0]*t[1]-n[1]*t[0])/r),h=Math.round((n[1]*s[0]-n[0]*s[1])/r);if(Math.abs(a)+Math.abs(h)<4)return;this.view=w([1,0,-a*s[0]-h*t[0],0,1,-a*s[1]-h*t[1],0,0,1],this.view)}else if(Math.max(n[2],Math.abs(n[0]))>ge[this.polar?"spiral":this.space]){let{element:s,passed:t}=ne(this.symmetry.sides,n,w);if(!s)return;this.view=C(this.space,w(s,this.view));for(let r of t)this.base=this.symmetry.sides[r].next[this.base]}}};var se=24,ye=8,re=[1,.71,.5,.35,.25,.18],be=160,y=o=>document.getElementById(o),M=JSON.parse(y("data").textContent),g=y("picture");function Me(o){return new Promise((e,n)=>{let s=new Image;s.onload=()=>e(s),s.onerror=()=>n(new Error("The picture cannot be read.")),s.src=o})}async function ze(){let o=new A(g,M,await Me(M.texture.data)),e=new I(M),n=0,s=0,t=!1,r=null,a=()=>[g.clientWidth,g.clientHeight];function h(l){let i=(l?1:re[n])*window.devicePixelRatio,[u,x]=a().map(me=>Math.max(1,Math.round(me*i)));(g.width!==u||g.height!==x)&&Object.assign(g,{width:u,height:x});let{model:D,symmetry:z,motion:ie,base:ce,overlay:le,change:pe,tint:he}=e;o.draw({model:D,symmetry:z,motion:ie,base:ce,overlay:le,change:pe,tint:he,...e.placed(u,x)},l),g.dataset.drawn=l?"finely":"moving"}function p(l){t=!1;let i=performance.now();h(!1),o.finish();let u=performance.now()-i;u>se?n=Math.min(n+(u>4*se?2:1),re.length-1):u<ye&&n&&(n-=1),clearTimeout(s),r?(r(l),m()):s=setTimeout(()=>h(!0),be)}function m(){g.dataset.drawn="moving",t||requestAnimationFrame(p),t=!0}let c=l=>(...i)=>{l(...i),m()};G(g,{drag:c((l,i)=>e.drag(l,i,a())),zoom:c((l,i=a().map(u=>u/2))=>e.zoom(l,i,a())),turn:c(l=>e.turn(l)),nudge:c((l,i)=>e.nudge(l,i,a())),reset:c(()=>e.reset())}),window.addEventListener("resize",m),ae("model",M.models.map(l=>[l,b[l].title]),c(l=>e.model=l)),ae("symmetry",M.symmetries.map(l=>[l.name,l.title]),c(l=>e.choose(l))),["mirrors","centres","domain"].forEach((l,i)=>{let u=y(l);u.addEventListener("change",c(()=>e.overlay[i]=Number(u.checked)))}),y("reset").addEventListener("click",c(()=>e.reset()));function f(l){let i=performance.now();r=u=>{let x=(u-i)/1e3,D=z=>z<0?0:z>1?1:z*z*(3-2*z);e.show(l,x<3.4?l.log?D(x/1.6):+(x>.4):0,x<3.4?D((x-2)/1):0),x>=3.4&&(r=null)},m()}for(let l of M.moves){let i=document.createElement("button");i.type="button",i.textContent=l.name,i.title=l.title,i.setAttribute("aria-label",`Show ${l.name}: ${l.title}`),i.addEventListener("click",()=>f(l)),y("moves").append(i)}y("moves").hidden=!M.moves.length;let v=y("zoom");v.parentElement.hidden=!e.polar;function d(){let l=performance.now();r=v.checked?i=>{e.zoom(Math.exp((i-l)/4e3)),l=i}:null,m()}v.addEventListener("change",d),v.checked=e.polar&&!matchMedia("(prefers-reduced-motion: reduce)").matches,v.checked&&d(),m()}function ae(o,e,n){let s=y(o);for(let[t,r]of e)s.append(new Option(r,t));s.addEventListener("change",()=>n(s.value)),s.parentElement.hidden=e.length<2}ze().catch(o=>{let e=y("problem");e.textContent=`${o.message} Here is the picture as it is.`,e.hidden=!1;let n=Object.assign(new Image,{src:M.texture.data,alt:g.getAttribute("aria-label")});g.replaceWith(n)});})();
