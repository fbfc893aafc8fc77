/* sources 185603199ebc53debef0a61c2d6cef64a6b41187e652912ae0f9632515842490; licences: LICENSES.txt */
(()=>{var U={ArrowLeft:o=>o.nudge(-1,0),ArrowRight:o=>o.nudge(1,0),ArrowUp:o=>o.nudge(0,1),ArrowDown:o=>o.nudge(0,-1),"+":o=>o.zoom(1.15),"=":o=>o.zoom(1.15),"-":o=>o.zoom(.8695652173913044),q:o=>o.turn(Math.PI/24),e:o=>o.turn(-Math.PI/24),0:o=>o.reset(),Home:o=>o.reset()};function G(o,e){let n=new Map,r=t=>{let s=o.getBoundingClientRect();return[t.clientX-s.left,t.clientY-s.top]};o.addEventListener("pointerdown",t=>{o.setPointerCapture(t.pointerId),n.set(t.pointerId,r(t))}),o.addEventListener("pointermove",t=>{let s=n.get(t.pointerId);if(!s)return;let a=r(t),h=[...n].find(([l])=>l!==t.pointerId)?.[1];if(h){let[l,m]=[0,1].map(d=>s[d]-h[d]),[c,u]=[0,1].map(d=>a[d]-h[d]);e.zoom(Math.hypot(c,u)/Math.max(Math.hypot(l,m),1),h),e.turn(Math.atan2(m,l)-Math.atan2(u,c))}else e.drag(s,a);n.set(t.pointerId,a)});for(let t of["pointerup","pointercancel"])o.addEventListener(t,s=>n.delete(s.pointerId));o.addEventListener("wheel",t=>{t.preventDefault(),e.zoom(Math.exp(-Math.sign(t.deltaY)*Math.min(Math.abs(t.deltaY),100)/600),r(t))},{passive:!1}),o.addEventListener("keydown",t=>{t.ctrlKey||t.metaKey||t.altKey||!(t.key in U)||(t.preventDefault(),U[t.key](e))})}var S=(o,e)=>{let n=o*o+e*e;return n<1?[2*o,2*e,1+n].map(r=>r/(1-n)):null},X=`vec3 lift(vec2 z) { float s = dot(z, z); return vec3(2. * z, 1. + s) / (1. - s); }
`,B=`float angle(vec2 w) { return atan(abs(w.y) < 1e-7 ? 1e-7 : w.y, w.x); }
`,b={plane:{title:"Plane",space:"plane",extent:[-1,1,-1,1],point:(o,e)=>[o,-e,1],glsl:"vec3 seen(vec2 w, out float inside) { inside = 1e9; return vec3(w.x, -w.y, 1.); }"},spiral:{title:"Spiral",space:"plane",extent:[-1,1,-1,1],point:(o,e)=>[Math.log(Math.max(Math.hypot(o,e),1e-9)),Math.atan2(e,o),1],glsl:`${B}vec3 seen(vec2 w, out float inside) {
      inside = 1e9;
      return vec3(log(max(length(w), 1e-9)), angle(w), 1.);
    }`},tunnel:{title:"Tunnel",space:"plane",extent:[-1,1,-1,1],point:(o,e)=>[Math.hypot(o,e),Math.atan2(e,o),1],glsl:`${B}vec3 seen(vec2 w, out float inside) {
      inside = 1e9;
      return vec3(length(w), angle(w), 1.);
    }`},globe:{title:"Globe",space:"sphere",extent:[-1.05,1.05,-1.05,1.05],point:(o,e)=>o*o+e*e<1?[Math.sqrt(1-o*o-e*e),o,e]:null,glsl:`vec3 seen(vec2 w, out float inside) {
      inside = 1. - length(w);
      return vec3(sqrt(max(1. - dot(w, w), 0.)), w);
    }`},stereographic:{title:"Stereographic",space:"sphere",extent:[-2,2,-2,2],point:(o,e)=>{let n=o*o+e*e;return[1-n,2*o,2*e].map(r=>r/(1+n))},glsl:`vec3 seen(vec2 w, out float inside) {
      inside = 1e9;
      float s = dot(w, w);
      return vec3(1. - s, 2. * w) / (1. + s);
    }`},poincare:{title:"Poincaré disc",space:"hyperbolic",extent:[-1,1,-1,1],point:S,glsl:`${X}vec3 seen(vec2 w, out float inside) {
      inside = 1. - length(w);
      return lift(w * min(1., .9999 / max(length(w), 1e-6)));
    }`},klein:{title:"Klein disc",space:"hyperbolic",extent:[-1,1,-1,1],point:(o,e)=>{let n=o*o+e*e;return n<1?[o,e,1].map(r=>r/Math.sqrt(1-n)):null},glsl:`vec3 seen(vec2 w, out float inside) {
      inside = 1. - length(w);
      return vec3(w, 1.) / sqrt(max(1. - dot(w, w), 1e-6));
    }`},halfplane:{title:"Half-plane",space:"hyperbolic",extent:[-2,2,0,4],point:(o,e)=>{if(e<=0)return null;let n=o*o+(e+1)**2;return S((o*o+e*e-1)/n,-2*o/n)},glsl:`${X}vec3 seen(vec2 w, out float inside) {
      inside = w.y;
      w.y = max(w.y, 1e-4);
      vec2 z = vec2(dot(w, w) - 1., -2. * w.x) / (w.x * w.x + (w.y + 1.) * (w.y + 1.));
      return lift(z * min(1., .99999 / max(length(z), 1e-6)));
    }`},band:{title:"Band",space:"hyperbolic",extent:[-2,2,-1,1],point:(o,e)=>{if(Math.abs(e)>=1)return null;let n=Math.PI/2*o,r=Math.PI/2*e,t=Math.cosh(n)+Math.cos(r);return S(Math.sinh(n)/t,Math.sin(r)/t)},glsl:`vec3 seen(vec2 w, out float inside) {
      inside = 1. - abs(w.y);
      vec2 a = 1.5707963 * vec2(clamp(w.x, -9., 9.), clamp(w.y, -.999, .999));
      return vec3(sinh(a.x), sin(a.y), cosh(a.x)) / cos(a.y);
    }`}};var L=(o,e)=>o.map(n=>n>0?e[n-1]:-e[-n-1]);function F(o){let e=[0,0,0];return o.forEach((n,r)=>e[Math.abs(n)-1]=n>0?r+1:-(r+1)),e}function H(o){let e=[[1,2,3]];for(let n of e)for(let r of o){let t=L(r,n);e.some(s=>`${s}`==`${t}`)||e.push(t)}return e}var K=(o,e)=>o.findIndex(n=>`${n}`==`${e}`),ve=o=>o.flatMap(e=>[1,2,3].map(n=>n===Math.abs(e)?Math.sign(e):0));function R(o,e,{product:n,inverse:r,image:t}){let s=ve(o);if(!e)return{matrix:s,shift:o.map(m=>m<0?1:0)};let a=e.axes.flat(),h=n(n(a,s),r(a)),l=t(h,e.mean);return{matrix:h,shift:e.mean.map((m,c)=>m-l[c])}}var W=`
uniform vec3 disc; // radius, centre
vec2 product(vec2 a, vec2 b) { return vec2(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x); }
vec2 quotient(vec2 a, vec2 b) { return product(a, vec2(b.x, -b.y)) / dot(b, b); }
vec2 pixel(vec2 w) { return disc.yz + disc.x * vec2(w.x, -w.y); }
`,z=o=>`${W}
vec2 shown(vec3 p, out float density) {
  vec2 z = p.xy / (1. + p.z), w;
  float stretch = 1.;
  ${o}
  density = disc.x * stretch / (1. + p.z); // (1 − |z|²)/2 = 1/(1 + t)
  return pixel(w);
}`,P=o=>`
uniform vec2 size;
vec2 shown(vec3 p, out float density) { ${o} }`,Y=(o,e)=>`${W}
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
}`,spiral:Y("exp(p.x)","r"),tunnel:Y("p.x","1."),equirectangular:P(`
    density = size.y / 3.14159265;
    return size * vec2(.5 + atan(p.y, p.x) / 6.2831853, .5 - asin(clamp(p.z, -1., 1.)) / 3.14159265);`),cube:P(`
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
    return face * (at + clamp(.5 + .5 * st, half_, 1. - half_));`),octahedral:P(`
    vec3 q = p / (abs(p.x) + abs(p.y) + abs(p.z));
    if (q.z < 0.) q.xy = (1. - abs(q.yx)) * vec2(q.x < 0. ? -1. : 1., q.y < 0. ? -1. : 1.);
    density = size.y / 2.;
    return size * vec2(.5 + .5 * q.x, .5 - .5 * q.y);`),poincare:z("w = z;"),klein:z("w = 2. * z / (1. + dot(z, z)); stretch = 2. / (1. + dot(z, z));"),halfplane:z(`
    vec2 v = vec2(1., 0.) - z;
    w = quotient(product(vec2(0., 1.), vec2(1., 0.) + z), v);
    stretch = 2. / dot(v, v);`),band:z(`
    w = vec2(asinh(p.x / sqrt(1. + p.y * p.y)), atan(p.y)) / 1.5707963;
    stretch = 1.2732395 / length(vec2(1., 0.) - product(z, z));`),square:z("w = z * length(z) / max(max(abs(z.x), abs(z.y)), 1e-9); stretch = 1.2;"),conformal:z(`
    vec2 s = product(product(z, z), product(z, z)), power = vec2(1., 0.), sum = power;
    float a = 1.;
    for (int n = 1; n < 40; n++) {
      a *= -(float(n) - .5) / float(n);
      power = product(power, s);
      sum += a / float(4 * n + 1) * power;
    }
    w = 1.0787052 * product(z, sum);
    stretch = 1.0787052;`)};var ee=`#version 300 es
void main() { gl_Position = vec4(gl_VertexID == 1 ? 3. : -1., gl_VertexID == 2 ? 3. : -1., 0., 1.); }`,xe={plane:"p",sphere:"normalize(p)",hyperbolic:"vec3(p.xy, sqrt(1. + dot(p.xy, p.xy)))"},we={plane:"vec3(1., 1., 0.)",sphere:"vec3(1.)",hyperbolic:"vec3(1., 1., -1.)"},J=`float unused, h = .5 / screen.x;
  float pixel_a = metric(seen(w + vec2(h, 0.), unused) - seen(w - vec2(h, 0.), unused));
  float pixel_b = metric(seen(w + vec2(0., h), unused) - seen(w - vec2(0., h), unused));`,Q="float pixel_a = 1. / screen.x, pixel_b = pixel_a;",Z={plane:Q,tunnel:Q,spiral:"float pixel_a = 1. / (screen.x * max(length(w), 1e-6)), pixel_b = pixel_a;",sphere:J,hyperbolic:J};function te({model:o,source:e,sides:n,lines:r,centres:t,colours:s,logits:a,direct:h,fine:l,spare:m}){let{space:c,glsl:u}=b[o],d=f=>Math.max(f,1);return`#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
uniform sampler2D paint;
uniform mat3 motion, tint;
uniform vec3 tint_shift, mean, screen; // screen: pixels per unit, the place of w = 0
uniform vec2 paint_offset, paint_size;
uniform float texture_scale, height, area, soft, change;
uniform vec3 side[${d(n)}], line[${d(r)}], centre[${d(t)}];
uniform mat3 pairing[${d(n)}], colour[${s}];
uniform vec3 shift[${s}];
uniform int next[${d(n)*s}], order[${d(t)}], kind[${d(r)}];
uniform int base;
uniform ivec4 overlay; // mirrors, centres, domain
out vec4 result;
${u}
${j[e]}

vec3 logit(vec3 v) { v = clamp(v, 1e-4, 1. - 1e-4); return log(v / (1. - v)); }
vec3 act(mat3 m, vec3 t, vec3 v) {
  ${a?"return 1. / (1. + exp(-(m * logit(v) + t)));":"return m * v + t;"}
}

vec3 read(vec2 at, float lod) {
  at = (at + paint_offset) * texture_scale;
  ${l?`if (lod <= 0.) { // Catmull and Rom's spline, in nine bilinear reads
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

vec3 on_space(vec3 p) { return ${xe[c]}; }
float metric(vec3 d) { return sqrt(max(dot(d * d, ${we[c]}), 0.)); }

void main() {
  vec2 w = (vec2(gl_FragCoord.x, height - gl_FragCoord.y) - screen.yz) / screen.x * vec2(1., -1.);
  float inside;
  vec3 near = seen(w, inside);
  ${Z[o]??Z[c]}
  float footprint = max(pixel_a, pixel_b);
  float cover = clamp(inside * screen.x + .5, 0., 1.);
  if (cover == 0.) { result = vec4(0.); return; }
  vec3 p = on_space(motion * near), y = p;
  int code = base, passed = 0;
  ${n&&(!h||m)?`
  for (int i = 0; i < 256; i++) {
    int worst = -1;
    float least = -2e-6 * (1. + abs(y.z)) - ${c==="plane"?"2e-6 * (abs(y.x) + abs(y.y))":"0."};
    for (int s = 0; s < ${n}; s++) {
      float depth = dot(side[s], y);
      if (depth < least) { least = depth; worst = s; }
    }
    if (worst < 0) break;
    y = on_space(pairing[worst] * y);
    code = next[worst * ${s} + code];
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
    if (share > 0.) {
      vec3 other = painted(on_space(pairing[across] * y), footprint);
      int through = next[across * ${s}];
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
  float pen = 1.3 * min(pixel_a, pixel_b);
  if (overlay.z == 1)
    for (int s = 0; s < ${d(n)}; s++) {
      float d = abs(dot(side[s], y));
      c = mix(c, vec3(1., .69, 0.), strength * .8 * (1. - smoothstep(.6 * pen, 1.2 * pen, d)));
    }
  if (overlay.x == 1)
    for (int s = 0; s < ${r}; s++) {
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
  result = vec4(c * cover, cover);
}`}var T=[1,0,0,0,1,0,0,0,1],w=(o,e)=>o.map((n,r)=>{let t=3*Math.floor(r/3),s=r%3;return o[t]*e[s]+o[t+1]*e[s+3]+o[t+2]*e[s+6]}),_=(o,e)=>[0,3,6].map(n=>o[n]*e[0]+o[n+1]*e[1]+o[n+2]*e[2]),O=(o,e)=>o[0]*e[0]+o[1]*e[1]+o[2]*e[2];function q([o,e,n,r,t,s,a,h,l]){let m=[t*l-s*h,n*h-e*l,e*s-n*t,s*a-r*l,o*l-n*a,n*r-o*s,r*h-t*a,e*a-o*h,o*t-e*r],c=o*m[0]+e*m[3]+n*m[6];return m.map(u=>u/c)}function oe(o){let n=o.map(s=>s/256),r=T,t=T;for(let s=1;s<12;s++)r=w(r,n).map(a=>a/s),t=t.map((a,h)=>a+r[h]);for(let s=0;s<8;s++)t=w(t,t);return t}var ne={product:w,inverse:q,image:_},ge=o=>[0,3,6,1,4,7,2,5,8].map(e=>o[e]),I=class{constructor(e,n,r){let t=e.getContext("webgl2",{antialias:!1});if(!t)throw new Error("This browser has no WebGL 2.");Object.assign(this,{canvas:e,gl:t,data:n,programs:new Map}),t.bindTexture(t.TEXTURE_2D,t.createTexture()),t.pixelStorei(t.UNPACK_COLORSPACE_CONVERSION_WEBGL,t.NONE),t.texImage2D(t.TEXTURE_2D,0,t.RGBA8,t.RGBA,t.UNSIGNED_BYTE,r),t.generateMipmap(t.TEXTURE_2D),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_MIN_FILTER,t.LINEAR_MIPMAP_LINEAR),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_WRAP_S,t.CLAMP_TO_EDGE),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_WRAP_T,t.CLAMP_TO_EDGE),this.size=[r.width,r.height]}draw(e,n){let{gl:r,canvas:t,data:s}=this,{symmetry:a}=e,h=e.overlay.some(Boolean),l=[e.model,a.name,n,h].join();this.programs.has(l)||this.programs.set(l,this.#t(e,n,h));let{program:m,set:c}=this.programs.get(l);r.useProgram(m),r.viewport(0,0,t.width,t.height),c.mat3("motion",[e.motion]),c.num("screen",[e.scale,...e.middle]),c.num("height",[t.height]),c.int("base",[e.base]),c.int("overlay",[...e.overlay,0]),c.num("change",[e.change]);let u=R(e.tint,s.frame,ne);c.mat3("tint",[u.matrix]),c.num("tint_shift",u.shift),r.drawArrays(r.TRIANGLES,0,3)}finish(){let{gl:e}=this;e.readPixels(0,0,1,1,e.RGBA,e.UNSIGNED_BYTE,new Uint8Array(4))}#t({model:e,symmetry:n},r,t){let{gl:s,data:a}=this,{sides:h,lines:l,centres:m,palette:c}=n,u=s.createProgram(),d=te({model:e,fine:r,spare:t,source:a.source.name,direct:n.direct,logits:!!a.frame,sides:h.length,lines:l.length,centres:m.length,colours:c.length});for(let[i,v]of[[s.VERTEX_SHADER,ee],[s.FRAGMENT_SHADER,d]]){let x=s.createShader(i);if(s.shaderSource(x,v),s.compileShader(x),!s.getShaderParameter(x,s.COMPILE_STATUS))throw new Error(s.getShaderInfoLog(x));s.attachShader(u,x)}if(s.linkProgram(u),!s.getProgramParameter(u,s.LINK_STATUS))throw new Error(s.getProgramInfoLog(u));s.useProgram(u);let f=ye(s,u),p=c.map(i=>R(i,a.frame,ne));f.vec3("side",h.map(i=>i.covector)),f.mat3("pairing",h.map(i=>i.matrix)),f.int("next",h.flatMap(i=>i.next)),f.mat3("colour",p.map(i=>i.matrix)),f.vec3("shift",p.map(i=>i.shift)),f.vec3("line",l.map(i=>i.covector)),f.int("kind",l.map(i=>Number(i.glide))),f.vec3("centre",m.map(i=>i.place)),f.int("order",m.map(i=>i.order)),f.num("soft",[n.soft]),f.num("area",[n.area]),f.num("mean",n.mean),f.num("paint_offset",a.texture.offset),f.num("paint_size",this.size),f.num("texture_scale",[a.texture.scale]);for(let[i,v]of Object.entries(a.source.numbers))f.num(i,v);return{program:u,set:f}}};function ye(o,e){let n=r=>o.getUniformLocation(e,r);return{num:(r,t)=>o[`uniform${t.length}fv`](n(r),t),vec3:(r,t)=>t.length&&o.uniform3fv(n(r),t.flat()),mat3:(r,t)=>t.length&&o.uniformMatrix3fv(n(r),!1,t.flatMap(ge)),int:(r,t)=>{r==="overlay"?o.uniform4iv(n(r),t):t.length&&o.uniform1iv(n(r),t)}}}var k={plane:null,sphere:[1,1,1],hyperbolic:[1,1,-1]},D=(o,e,n)=>O(e,n.map((r,t)=>o[t]*r));function re(o,e){if(o==="plane")return[-1,0,2*e[0],0,-1,2*e[1],0,0,1];let n=k[o],r=2/D(n,e,e);return[0,1,2].flatMap(t=>[0,1,2].map(s=>r*e[t]*e[s]*n[s]-(t===s)))}function be(o,e,n){let r=e.map((s,a)=>s+n[a]);if(o==="plane")return r.map(s=>s/2);let t=Math.sqrt(Math.abs(D(k[o],r,r)));return r.map(s=>s/t)}function N(o,e,n,r){return r(re(o,be(o,e,n)),re(o,e))}function se(o){let e=Math.cos(o),n=Math.sin(o);return[e,-n,0,n,e,0,0,0,1]}function C(o,e){if(o==="plane")return e;let n=k[o],r=[2,0,1].map(l=>[e[l],e[l+3],e[l+6]]),t=[];for(let l of r){for(let c of t){let u=D(n,l,c)/D(n,c,c);l=l.map((d,f)=>d-u*c[f])}let m=Math.sqrt(Math.abs(D(n,l,l)));t.push(l.map(c=>c/m))}let[s,a,h]=t;return[0,1,2].flatMap(l=>[a[l],h[l],s[l]])}function ae(o,e,n){let r=null,t=e,s=[];for(let a=0;a<500;a++){let h=o.map(c=>O(c.covector,t)),l=Math.min(...h);if(!(l<-1e-9*(1+Math.max(...t.map(Math.abs)))))break;let m=h.indexOf(l);t=_(o[m].matrix,t),r=r?n(o[m].matrix,r):o[m].matrix,s.push(m)}return{element:r,passed:s}}var Ee={hyperbolic:30,spiral:12},A=class{constructor(e){this.data=e,this.model=e.models[0],this.overlay=[0,0,0],this.change=0,this.tint=[1,2,3],this.moved=T;for(let n of e.symmetries){n.palette=H(n.sides.map(r=>r.colour));for(let r of n.sides){let t=F(r.colour);r.next=n.palette.map(s=>K(n.palette,L(s,t)))}}this.symmetry=e.symmetries[0],this.reset()}get space(){return b[this.model].space}get polar(){return this.model==="spiral"||this.model==="tunnel"}reset(){this.view=this.data.start,this.zoomed=1,this.base=0}placed(e,n){let[r,t,s,a]=b[this.model].extent.map(c=>c*this.data.unit),h=this.zoomed*Math.min(e/(t-r),n/(a-s)),l=(r+t)/2,m=(s+a)/2;return{scale:h,middle:[e/2-h*l,n/2+h*m]}}#t([e,n],[r,t]){let{scale:s,middle:a}=this.placed(r,t);return b[this.model].point((e-a[0])/s,(a[1]-n)/s)}drag(e,n,r){let t=this.#t(e,r),s=this.#t(n,r);!t||!s||(this.polar&&Math.abs(s[1]-t[1])>Math.PI&&(s[1]+=t[1]>s[1]?2*Math.PI:-2*Math.PI),this.#e(N(this.space,s,t,w)))}zoom(e,n,r){if(this.polar)return this.#e([1,0,-Math.log(e),0,1,0,0,0,1]);let t=this.space==="plane"&&this.#t(n,r);this.zoomed=Math.min(Math.max(this.zoomed*e,.1),40),t&&this.#e(N("plane",this.#t(n,r),t,w))}turn(e){if(this.polar)return this.#e([1,0,0,0,1,-e,0,0,1]);if(this.space==="sphere"){let n=Math.cos(e),r=Math.sin(e);return this.#e([1,0,0,0,n,r,0,-r,n])}this.#e(se(this.space==="plane"?e:-e))}nudge(e,n,r){if(this.polar)return this.#e([1,0,-.1*n,0,1,-.1*e,0,0,1]);let t=r.map(a=>a/2),s=.12*Math.min(...r);this.drag(t,[t[0]-s*e,t[1]+s*n],r)}choose(e){this.symmetry=this.data.symmetries.find(n=>n.name===e),this.base=0}show(e,n,r){this.moved=n&&e.log?oe(e.log.map(t=>-n*t)):n?q(e.matrix):T,this.tint=e.colour,this.change=r}get motion(){return w(this.moved,this.view)}#e(e){this.view=C(this.space,w(this.view,e));let n=_(this.view,[0,0,1]);if(this.data.periods){let[r,t]=this.data.periods,s=r[0]*t[1]-r[1]*t[0],a=Math.round((n[0]*t[1]-n[1]*t[0])/s),h=Math.round((n[1]*r[0]-n[0]*r[1])/s);if(Math.abs(a)+Math.abs(h)<4)return;this.view=w([1,0,-a*r[0]-h*t[0],0,1,-a*r[1]-h*t[1],0,0,1],this.view)}else if(Math.max(n[2],Math.abs(n[0]))>Ee[this.polar?"spiral":this.space]){let{element:r,passed:t}=ae(this.symmetry.sides,n,w);if(!r)return;this.view=C(this.space,w(r,this.view));for(let s of t)this.base=this.symmetry.sides[s].next[this.base]}}};var ie=24,Me=8,ce=[1,.71,.5,.35,.25,.18],ze=160,y=o=>document.getElementById(o),E=JSON.parse(y("data").textContent),g=y("picture");function _e(o){return new Promise((e,n)=>{let r=new Image;r.onload=()=>e(r),r.onerror=()=>n(new Error("The picture cannot be read.")),r.src=o})}async function Te(){let o=new I(g,E,await _e(E.texture.data)),e=new A(E),n=0,r=0,t=!1,s=null,a=()=>[g.clientWidth,g.clientHeight];function h(p){let i=(p?1:ce[n])*window.devicePixelRatio,[v,x]=a().map(ue=>Math.max(1,Math.round(ue*i)));(g.width!==v||g.height!==x)&&Object.assign(g,{width:v,height:x});let{model:$,symmetry:M,motion:pe,base:he,overlay:me,change:de,tint:fe}=e;o.draw({model:$,symmetry:M,motion:pe,base:he,overlay:me,change:de,tint:fe,...e.placed(v,x)},p),g.dataset.drawn=p?"finely":"moving"}function l(p){t=!1;let i=performance.now();h(!1),o.finish();let v=performance.now()-i;v>ie?n=Math.min(n+(v>4*ie?2:1),ce.length-1):v<Me&&n&&(n-=1),clearTimeout(r),s?(s(p),m()):r=setTimeout(()=>h(!0),ze)}function m(){g.dataset.drawn="moving",t||requestAnimationFrame(l),t=!0}let c=p=>(...i)=>{p(...i),m()};G(g,{drag:c((p,i)=>e.drag(p,i,a())),zoom:c((p,i=a().map(v=>v/2))=>e.zoom(p,i,a())),turn:c(p=>e.turn(p)),nudge:c((p,i)=>e.nudge(p,i,a())),reset:c(()=>e.reset())}),window.addEventListener("resize",m),le("model",E.models.map(p=>[p,b[p].title]),c(p=>e.model=p)),le("symmetry",E.symmetries.map(p=>[p.name,p.title]),c(p=>e.choose(p))),["mirrors","centres","domain"].forEach((p,i)=>{let v=y(p);v.addEventListener("change",c(()=>e.overlay[i]=Number(v.checked)))}),y("reset").addEventListener("click",c(()=>e.reset()));function u(p){let i=performance.now();s=v=>{let x=(v-i)/1e3,$=M=>M<0?0:M>1?1:M*M*(3-2*M);e.show(p,x<3.4?p.log?$(x/1.6):+(x>.4):0,x<3.4?$((x-2)/1):0),x>=3.4&&(s=null)},m()}for(let p of E.moves){let i=document.createElement("button");i.type="button",i.textContent=p.name,i.title=p.title,i.setAttribute("aria-label",`Show ${p.name}: ${p.title}`),i.addEventListener("click",()=>u(p)),y("moves").append(i)}y("moves").hidden=!E.moves.length;let d=y("zoom");d.parentElement.hidden=!e.polar;function f(){let p=performance.now();s=d.checked?i=>{e.zoom(Math.exp((i-p)/4e3)),p=i}:null,m()}d.addEventListener("change",f),d.checked=e.polar&&!matchMedia("(prefers-reduced-motion: reduce)").matches,d.checked&&f(),m()}function le(o,e,n){let r=y(o);for(let[t,s]of e)r.append(new Option(s,t));r.addEventListener("change",()=>n(r.value)),r.parentElement.hidden=e.length<2}Te().catch(o=>{let e=y("problem");e.textContent=`${o.message} Here is the picture as it is.`,e.hidden=!1;let n=Object.assign(new Image,{src:E.texture.data,alt:g.getAttribute("aria-label")});g.replaceWith(n)});})();
